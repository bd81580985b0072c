package io.crossdock.connector.crm;

import static io.crossdock.connector.canonical.Canonical.timestamp;

import com.google.protobuf.Duration;
import io.crossdock.common.v1.Actor;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.support.v1.Case;
import io.crossdock.support.v1.CaseKind;
import io.crossdock.support.v1.CaseLink;
import io.crossdock.support.v1.CasePriority;
import io.crossdock.support.v1.CaseStatus;
import io.crossdock.support.v1.Comment;
import io.crossdock.support.v1.Resolution;
import io.crossdock.support.v1.SlaClock;
import io.crossdock.support.v1.Visibility;
import java.util.List;

/** The CRM's cases as the contract's messages. */
final class SupportMapper {

  /** Begins the keys of cases whose opener gave none: the request id follows. */
  static final String OWN_KEY = "crossdock-request/";

  private static final int SHOWN_COMMENTS = 100;

  private SupportMapper() {}

  /** A case with its latest public comments, as the contract shows it. */
  static Case publicCase(Case whole) {
    List<Comment> shown =
        whole.getCommentsList().stream()
            .filter(comment -> comment.getVisibility() == Visibility.VISIBILITY_PUBLIC)
            .toList();
    return whole.toBuilder()
        .clearComments()
        .addAllComments(shown.subList(Math.max(0, shown.size() - SHOWN_COMMENTS), shown.size()))
        .build();
  }

  /** A case with all its comments. */
  static Case toCase(BackendData data) {
    String status = data.text("status");
    String kind = data.text("type");
    String priority = data.optionalText("priority");
    String key = data.optionalText("dedupeKey");
    Case.Builder told =
        Case.newBuilder()
            .setCaseId(data.text("id"))
            .setStatus(SupportCodes.status(status))
            .setRawStatus(
                SupportCodes.status(status) == CaseStatus.CASE_STATUS_UNSPECIFIED ? status : "")
            .setKind(SupportCodes.kind(kind))
            .setRawKind(SupportCodes.kind(kind) == CaseKind.CASE_KIND_UNSPECIFIED ? kind : "")
            .setPriority(SupportCodes.priority(priority))
            .setRawPriority(
                SupportCodes.priority(priority) == CasePriority.CASE_PRIORITY_UNSPECIFIED
                    ? priority
                    : "")
            .setSubject(data.optionalText("subject"))
            .setDescription(data.optionalText("description"))
            .setCustomerId(data.optionalText("contactId"))
            .setChannel(SupportCodes.channel(data.optionalText("channel")))
            .setAssignee(data.optionalText("assignee"))
            .setDedupeKey(key.startsWith(OWN_KEY) ? "" : key)
            .setEtag(data.optionalText("version"));
    for (BackendData link : data.list("links")) {
      told.addLinks(
          CaseLink.newBuilder()
              .setKind(SupportCodes.link(link.text("type")))
              .setId(link.text("id"))
              .setLineId(link.optionalText("line")));
    }
    for (BackendData comment : data.list("comments")) {
      told.addComments(comment(comment));
    }
    for (BackendData clock : data.list("sla")) {
      told.addSlaClocks(clock(clock));
    }
    data.find("resolution")
        .ifPresent(resolution ->
            told.setResolution(
                Resolution.newBuilder()
                    .setCode(resolution.text("code"))
                    .setText(resolution.optionalText("text"))));
    data.instant("createdAt").ifPresent(at -> told.setOpenedAt(timestamp(at)));
    data.instant("updatedAt").ifPresent(at -> told.setUpdatedAt(timestamp(at)));
    data.instant("solvedAt").ifPresent(at -> told.setResolvedAt(timestamp(at)));
    data.instant("closedAt").ifPresent(at -> told.setClosedAt(timestamp(at)));
    return told.build();
  }

  private static Comment comment(BackendData data) {
    Comment.Builder comment =
        Comment.newBuilder()
            .setCommentId(data.text("id"))
            .setVisibility(
                data.flag("public") ? Visibility.VISIBILITY_PUBLIC : Visibility.VISIBILITY_PRIVATE)
            .setText(data.optionalText("text"));
    data.find("author")
        .ifPresent(author ->
            comment.setAuthor(
                Actor.newBuilder()
                    .setKind(SupportCodes.actor(author.optionalText("kind")))
                    .setId(author.optionalText("id"))));
    data.instant("at").ifPresent(at -> comment.setAt(timestamp(at)));
    return comment.build();
  }

  private static SlaClock clock(BackendData data) {
    SlaClock.Builder clock =
        SlaClock.newBuilder()
            .setKind(SupportCodes.clock(data.text("kind")))
            .setState(SupportCodes.clockState(data.text("state")));
    if (data.has("targetSeconds")) {
      clock.setTarget(seconds(data.integer("targetSeconds")));
    }
    if (data.has("remainingSeconds")) {
      clock.setRemaining(seconds(data.integer("remainingSeconds")));
    }
    data.instant("dueAt").ifPresent(at -> clock.setDueAt(timestamp(at)));
    data.instant("metAt").ifPresent(at -> clock.setMetAt(timestamp(at)));
    return clock.build();
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
