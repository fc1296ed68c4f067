/** Passkeys without a finger. */
import type { Page } from "playwright-core";

/** Puts an authenticator into the tab: a finger that is always recognised. @returns what takes it out again */
export async function withAuthenticator(page: Page, prf: boolean): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf: prf,
    },
  });
  await page.bringToFront();
  return async () => {
    await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    await session.detach();
  };
}
