import { network } from "@baraza/testkit";
import { createEngine } from "@baraza/engine";
import { nodePlatform } from "@baraza/engine/node";
const net = await network({ nodes: 1 });
try {
  const amina = await net.person({ name: "amina" });
  const { spaceId } = await amina.commands["space.create"]({ title: "X" });
  const { link } = await amina.commands["space.invite"]({ spaceId, days: 14 });
  const e = await createEngine(nodePlatform({ origin: net.node(0).url }), {
    storeName: "s",
    report: console.error,
  });
  console.log(
    await e.commands["space.readInvitation"]({ fragment: link.split("#")[1]! }).catch(
      (x: unknown) => x,
    ),
  );
  await e.close();
} finally {
  await net.close();
}
process.exit(0);
