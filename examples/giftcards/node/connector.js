// Answers for Acme's gift cards, in plain Node: node connector.js DESCRIPTOR_SET [PORT]
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { HealthImplementation } from "grpc-health-check";
import { readFileSync } from "node:fs";
import { failure } from "./failure.js";

const [descriptorSet, port = "7301"] = process.argv.slice(2);
const contract = grpc.loadPackageDefinition(
  protoLoader.loadFileDescriptorSetFromBuffer(readFileSync(descriptorSet), { longs: String }),
);
const { GiftCardService } = contract.acme.giftcard.v1;

// Stands for the system that really knows the cards.
const cards = new Map([
  ["GC-1001", { currency_code: "EUR", units: "25" }],
  ["GC-1002", { currency_code: "EUR", units: "50" }],
]);

function getGiftCard(call, answer) {
  const { card_id } = call.request;
  const balance = cards.get(card_id);
  if (!balance) {
    answer(failure(grpc.status.NOT_FOUND, "NOT_FOUND", "There is no such gift card."));
    return;
  }
  const seconds = Math.floor(Date.now() / 1000);
  answer(null, { card_id, balance, freshness: { source_system: "gift-cards", as_of: { seconds } } });
}

const server = new grpc.Server({ "grpc.max_receive_message_length": 4 * 1024 * 1024 });
server.addService(GiftCardService.service, { getGiftCard });

// The hub sends calls only while the whole server ("") says SERVING.
const health = new HealthImplementation({ "": "SERVING", "acme.giftcard.v1.GiftCardService": "SERVING" });
health.addToServer(server);

server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(`giftcards ready grpc=127.0.0.1:${bound}`);
});

// Calls in flight may end. The hub's health stream never does by itself, so the wait for all streams is bounded.
process.on("SIGTERM", () => {
  health.setStatus("", "NOT_SERVING");
  server.tryShutdown(() => process.exit(0));
  setTimeout(() => process.exit(0), 2_000).unref();
});
