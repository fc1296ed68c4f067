/**
 * What people most often choose, most frequent first: passwords, first names, teams, and the words
 * that campaigners and religions put into them, from several languages. A short list on purpose: it is
 * for an honest warning, not a barrier.
 */
export const commonPassphrases: readonly string[] =
  `123456 password 123456789 12345678 12345 qwerty 1234567 111111 123123 abc123 1234567890 password1 iloveyou 1q2w3e4r 000000
qwerty123 zaq12wsx dragon sunshine princess letmein monkey 654321 football charlie welcome admin login hello freedom whatever
trustno1 master michael shadow jesus superman batman ashley bailey passw0rd flower lovely baseball hottie loveme starwars
secret summer winter spring autumn love family mother father baby angel andrew daniel jordan thomas hunter robert jessica
jennifer anthony joshua matthew amanda nicole chelsea arsenal liverpool barcelona madrid manchester juventus real milan
azerty motdepasse soleil bonjour doudou loulou marseille camille nicolas chocolat coucou france amour bisous secret
contraseña contrasena hola teamo amor tequiero estrella bonita mariposa familia alejandro carlos maria jose juan luis
mohamed mohammed muhammad ahmed ahmad ali fatima aisha khadija omar hassan hussein ibrahim yusuf mustafa abdullah allah
bismillah alhamdulillah mashallah inshallah islam quran makkah mecca habibi habibti amina zainab maryam salam sabah
jesuschrist christ jesus1 god godisgood blessed blessing grace faith hope praise amen church bible emmanuel samuel
karibu asante jambo mambo rafiki uhuru harambee kenya nairobi mombasa tanzania uganda africa ghana nigeria lagos
india mumbai delhi krishna ganesh sairam omsairam bharat bangladesh dhaka pakistan lahore karachi 786786
solidarity solidarite solidaridad union justice peace liberty libertad liberte equality revolution people power
revolucion justicia palestine falasteen venceremos resist rights democracy workers comrade compañero
baraza chat message phone mobile computer internet google facebook whatsapp telegram signal
test guest user root default changeme access pass pass123 1234 4321 1111 2222 7777 9999 121212 112233 666666 555555 777777
88888888 11111111 aaaaaa abcdef abcd1234 a1b2c3 asdfgh asdf zxcvbn qazwsx 1qaz2wsx qwertyuiop
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
october november december black white red blue green orange purple yellow silver gold diamond money lucky happy sweet
cookie coffee chocolate banana apple orange mango tiger lion eagle falcon wolf horse dog cat fish bird butterfly rose
computer music guitar dance soccer hockey basketball cricket tennis mercedes ferrari toyota honda yamaha samsung iphone
the and you are for not with this that have from they will one all would there their what out about who get which when make
can like time just him know take year your good some could them see other than then now look only come its over think also
back after use two how our work first well way even new want because any these give day most us correct battery staple
my is it in on to of be we he she me no so up do go if or as at by an house home friend friends life live world water fire
school teacher doctor mama papa mom dad sister brother son daughter wife husband king queen prince star moon sun sky night light`
    .split(/\s+/)
    .filter((word, index, all) => all.indexOf(word) === index);
