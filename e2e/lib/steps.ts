/** What people do, step by step, found as they find it: by role and name. Each step ends when the screen shows that it is done. */
import { until } from "@baraza/testkit";
import type { Locator, Page } from "playwright-core";
import type { Visitor } from "./visitor.ts";

export type NewAccount = {
  /** What others see. */
  shownName: string;
  /** The part of the address before the `@`. */
  name: string;
  passphrase: string;
};

/** Fills in the form on the sign-up screen and sends it. */
export async function fillSignUp({ page, t }: Visitor, account: NewAccount): Promise<void> {
  await page.getByLabel(t("signUp.name"), { exact: true }).fill(account.shownName);
  await page.getByLabel(t("signUp.address"), { exact: true }).fill(account.name);
  await page.getByLabel(t("signUp.passphrase"), { exact: true }).fill(account.passphrase);
  await page.getByRole("button", { name: t("signUp.create"), exact: true }).click();
}

/** From the start page to a new account: ends on the empty list. */
export async function signUp(visitor: Visitor, account: NewAccount): Promise<void> {
  const { page, t } = visitor;
  await page.getByRole("link", { name: t("signUp.create"), exact: true }).click();
  await fillSignUp(visitor, account);
  await page.getByRole("heading", { name: t("list.emptyTitle") }).waitFor();
}

/** Fills in the form on the sign-in screen and sends it. */
export async function signIn(
  { page, t }: Visitor,
  account: Pick<NewAccount, "name" | "passphrase">,
): Promise<void> {
  await page.getByLabel(t("signUp.address"), { exact: true }).fill(account.name);
  await page.getByLabel(t("signUp.passphrase"), { exact: true }).fill(account.passphrase);
  await page.getByRole("button", { name: t("signIn.action"), exact: true }).click();
}

/** Signs out of this device, from anywhere in the app. */
export async function signOut({ page, t }: Visitor): Promise<void> {
  await page.getByRole("link", { name: t("shell.settings"), exact: true }).click();
  await page.getByRole("button", { name: t("settings.signOut"), exact: true }).click();
  await page
    .getByRole("dialog", { name: t("settings.signOutTitle") })
    .getByRole("button", { name: t("settings.signOut"), exact: true })
    .click();
  await page.getByRole("heading", { name: t("signIn.title") }).waitFor();
}

/** Makes a group; ends on its people. */
export async function newGroup({ page, t }: Visitor, title: string): Promise<void> {
  await page
    .getByRole("button", { name: t("newSpace.title") })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: t("newSpace.title") });
  await dialog.getByLabel(t("newSpace.name"), { exact: true }).fill(title);
  await dialog.getByRole("button", { name: t("newSpace.create") }).click();
  await page.getByRole("heading", { name: t("people.title"), exact: true }).waitFor();
}

/** On the people of a conversation: makes an invitation. @returns its link */
export async function invite({ page, t }: Visitor): Promise<string> {
  await page.getByRole("button", { name: t("invite.action") }).click();
  const dialog = page.getByRole("dialog", { name: t("invite.title") });
  await dialog.getByRole("img", { name: t("invite.qr") }).waitFor();
  const link = await dialog.getByLabel(t("invite.link"), { exact: true }).inputValue();
  await dialog.getByRole("button", { name: t("ui.close") }).click();
  return link;
}

/** Somebody with an account follows an invitation by way of their own node, and accepts. */
export async function joinByLink(
  { page, t, node }: Visitor,
  account: Pick<NewAccount, "name">,
  link: string,
): Promise<void> {
  await page.goto(link);
  if (!link.startsWith(`${node.url}/`)) {
    await page.getByRole("button", { name: t("join.haveAccount") }).click();
    await page
      .getByLabel(t("join.yourAddress"), { exact: true })
      .fill(`${account.name}@${node.name}`);
    await page.getByRole("button", { name: t("join.continue") }).click();
    await page.waitForURL((url) => url.origin === node.url);
  }
  await page.getByRole("button", { name: t("join.accept") }).click();
}

/** Goes into a conversation from the list. */
export async function openConversation(
  { page, t }: Visitor,
  title: string,
  tab: Page = page,
): Promise<void> {
  await tab
    .getByRole("list", { name: t("list.title") })
    .getByRole("link", { name: title })
    .click();
  await atConversation(tab, title);
}

/** Waits until a conversation is on the screen. */
export async function atConversation(page: Page, title: string): Promise<void> {
  await page.getByRole("heading", { name: title, exact: true, level: 1 }).waitFor();
}

/** Goes from a conversation to its people. */
export async function openPeople({ page, t }: Visitor): Promise<void> {
  await page.getByRole("link", { name: t("people.title"), exact: true }).click();
  await page.getByRole("heading", { name: t("people.title"), exact: true }).waitFor();
}

/** The messages on the screen. */
export function messages({ page, t }: Visitor, tab: Page = page): Locator {
  return tab.getByRole("region", { name: t("chat.messages"), exact: true });
}

/** The message that holds a text. */
export function message(visitor: Visitor, text: string, tab: Page = visitor.page): Locator {
  return messages(visitor, tab).locator('[id^="m-"]').filter({ hasText: text });
}

/** Writes and sends; ends when it stands among the messages. */
export async function say(visitor: Visitor, text: string, tab = visitor.page): Promise<void> {
  const field = tab.getByRole("textbox", { name: visitor.t("chat.write") });
  await field.fill(text);
  await tab.getByRole("button", { name: visitor.t("ui.send"), exact: true }).click();
  await message(visitor, text, tab).waitFor();
}

/** The texts of all messages on the screen, in their order. */
export function allTexts(visitor: Visitor, tab: Page = visitor.page): Promise<string[]> {
  return messages(visitor, tab).locator('[id^="m-"]').allInnerTexts();
}

/** Waits until one's own message is at the node. */
export async function sent(visitor: Visitor, text: string): Promise<void> {
  const { t } = visitor;
  const state = message(visitor, text).getByText(
    new RegExp(`^(${t("state.sent")}|${t("state.delivered")})$`),
  );
  await state.waitFor({ state: "attached" });
}

/** Waits until nothing of what stands on the screen is still to be sent. */
export async function atRest(visitor: Visitor): Promise<void> {
  const waiting = messages(visitor).getByText(visitor.t("state.waiting"));
  await until(async () => (await waiting.count()) === 0, "all is sent");
}

/** Does one of the things that a message's menu offers. */
export async function act(visitor: Visitor, text: string, action: string): Promise<void> {
  const row = message(visitor, text);
  await row.hover();
  await row.getByRole("button", { name: visitor.t("chat.more") }).click();
  await visitor.page.getByRole("menuitem", { name: action, exact: true }).click();
}

/** Answers a message. */
export async function reply(visitor: Visitor, to: string, text: string): Promise<void> {
  await act(visitor, to, visitor.t("chat.reply"));
  await say(visitor, text);
}

/** A reaction under a message. */
export function reactionOn(visitor: Visitor, text: string, emoji: string): Locator {
  return message(visitor, text)
    .getByRole("list", { name: visitor.t("chat.reactions") })
    .getByRole("button", { name: emoji });
}

/** Puts a reaction under a message. */
export async function react(visitor: Visitor, to: string, emoji: string): Promise<void> {
  await act(visitor, to, visitor.t("chat.reactWith", { emoji }));
  await reactionOn(visitor, to, emoji).waitFor();
}

/** Changes one's own message. */
export async function edit(visitor: Visitor, from: string, to: string): Promise<void> {
  const { page, t } = visitor;
  await act(visitor, from, t("chat.edit"));
  await page.getByRole("textbox", { name: t("chat.write") }).fill(to);
  await page.getByRole("button", { name: t("chat.saveEdit") }).click();
  await message(visitor, to).getByText(t("chat.edited"), { exact: true }).waitFor();
}

/** Deletes one's own message for everyone, and does not take that back. */
export async function unsay(visitor: Visitor, text: string): Promise<void> {
  const { page, t } = visitor;
  await act(visitor, text, t("chat.delete"));
  const toast = page.getByRole("status").filter({ hasText: t("chat.deletedToast") });
  await toast.getByRole("button", { name: t("ui.close") }).click();
  await message(visitor, t("chat.deleted")).waitFor();
}

/** On the people of a conversation: removes somebody. */
export async function removePerson({ page, t }: Visitor, name: string): Promise<void> {
  await page.getByRole("button", { name: t("people.more", { name }) }).click();
  await page.getByRole("menuitem", { name: t("people.remove"), exact: true }).click();
  await page
    .getByRole("dialog", { name: t("people.removeTitle", { name }) })
    .getByRole("button", { name: t("people.remove"), exact: true })
    .click();
  await page
    .getByRole("list", { name: t("people.title") })
    .getByText(name, { exact: true })
    .waitFor({ state: "hidden" });
}
