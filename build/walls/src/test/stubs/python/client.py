import sys

import grpc

from crossdock.common.v1 import common_pb2
from crossdock.loyalty.v1 import loyalty_service_pb2, loyalty_service_pb2_grpc
from google.rpc import error_details_pb2, status_pb2

channel = grpc.insecure_channel("127.0.0.1:" + sys.argv[1])
loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
answer = loyalty.GetBalance(loyalty_service_pb2.GetBalanceRequest(member_id="M-1001"), timeout=10)
mode = common_pb2.Freshness.Mode.Name(answer.hub_freshness.mode)
print(answer.freshness.source_system, mode)

# The details of a failure can be read too.
try:
    loyalty.GetBalance(loyalty_service_pb2.GetBalanceRequest(member_id="?"), timeout=10)
except grpc.RpcError as failure:
    trailers = dict(failure.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    print(info.reason)
