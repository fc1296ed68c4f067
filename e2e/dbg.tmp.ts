import { openSite } from "./lib/site.ts";
import * as steps from "./lib/steps.ts";
const site = await openSite();
try {
  const her = await site.visitor(site.nodes.a);
  await steps.signUp(her, {
    shownName: "Amina K",
    name: "amina",
    passphrase: "seven quiet canoes under",
  });
  await steps.newGroup(her, "Seeds");
  const link = await steps.invite(her);
  await her.page.screenshot({ path: "/tmp/her.png" });
  console.log(link);
  const him = await site.visitor(site.nodes.a, link.slice(site.nodes.a.url.length));
  await new Promise((r) => setTimeout(r, 4000));
  await him.page.screenshot({ path: "/tmp/him.png" });
  console.log(await him.page.evaluate(() => document.body.innerText), him.page.url());
  console.log(site.complaints());
} finally {
  await site.close();
}
process.exit(0);
