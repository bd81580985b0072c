package io.crossdock.ctl;

import com.google.protobuf.TextFormat;
import io.crossdock.ops.v1.DeadLetter;

/** What hubs say in more than one test, as protobuf text. */
final class Scripts {

  static final String EVENT_ID = "0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001";

  static final String POINTS_EVENT =
      """
      event_id: "0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001" source: "erp-eu"
      type: "crossdock.event.v1.PointsAccrued" key: "M-1001"
      occurred_at { seconds: 1795219200 } sequence: 17
      correlation_id: "EU-001:till-03:000123:2026-11-21" channel: CHANNEL_STORE
      data {
        [type.googleapis.com/crossdock.event.v1.PointsAccrued] {
          member_id: "M-1001" entry_id: "E-90017" points { units: 120 }
        }
      }
      recorded_at { seconds: 1795219201 }
      """;

  static final String LETTER =
      """
      dead_letter_id: "D-771" consumer: "loyalty-accrual"
      event_id: "0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001"
      event_type: "crossdock.event.v1.PointsAccrued" key: "M-1001" lane: LANE_FINANCIAL
      status: DEAD_LETTER_STATUS_WAITING failure_reason: "BACKEND_DENIED"
      failure_message: "The backend refused." attempts: 5 waiting_behind: 2
      occurred_at { seconds: 1795219200 } failed_at { seconds: 1795219260 }
      correlation_id: "EU-001:till-03:000123:2026-11-21"
      """;

  private Scripts() {}

  /** A dead letter of its own key; what more says counts more. */
  static String letter(int number, String more) {
    DeadLetter.Builder letter =
        ScriptedHub.message(
            DeadLetter.class,
            """
            dead_letter_id: "D-%d" consumer: "loyalty-accrual"
            event_type: "crossdock.event.v1.PointsAccrued" key: "M-%1$d" lane: LANE_FINANCIAL
            status: DEAD_LETTER_STATUS_WAITING failure_reason: "BACKEND_UNAVAILABLE" attempts: 5
            failed_at { seconds: %d }
            """
                .formatted(number, 1795219200 + 60 * (number % 60)))
            .toBuilder();
    return TextFormat.printer()
        .printToString(letter.mergeFrom(ScriptedHub.message(DeadLetter.class, more)).build());
  }
}
