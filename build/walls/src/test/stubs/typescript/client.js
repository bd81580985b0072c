import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Freshness_Mode } from "./gen/crossdock/common/v1/common_pb.js";
import { LoyaltyService } from "./gen/crossdock/loyalty/v1/loyalty_service_pb.js";

const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${process.argv[2]}` });
const loyalty = createClient(LoyaltyService, transport);
const answer = await loyalty.getBalance({ memberId: "M-1001" }, { timeoutMs: 10_000 });
console.log(answer.freshness.sourceSystem, `MODE_${Freshness_Mode[answer.hubFreshness.mode]}`);
process.exit(0);
