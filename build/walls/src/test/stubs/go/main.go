package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	loyaltyv1 "example.com/stubs/gen/crossdock/loyalty/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	channel, err := grpc.NewClient("127.0.0.1:"+os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	answer, err := loyaltyv1.NewLoyaltyServiceClient(channel).GetBalance(ctx, &loyaltyv1.GetBalanceRequest{MemberId: "M-1001"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.GetFreshness().GetSourceSystem(), answer.GetHubFreshness().GetMode())
}
