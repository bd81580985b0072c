package io.crossdock.connector.crm;

import static io.crossdock.connector.canonical.Canonical.instant;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.util.Timestamps;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendAnswer;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.connector.backend.Rows;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.service.ContractService;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.support.v1.AddCommentRequest;
import io.crossdock.support.v1.AddCommentResponse;
import io.crossdock.support.v1.Case;
import io.crossdock.support.v1.CaseLink;
import io.crossdock.support.v1.CasePatch;
import io.crossdock.support.v1.CaseStatus;
import io.crossdock.support.v1.Comment;
import io.crossdock.support.v1.GetCaseRequest;
import io.crossdock.support.v1.GetCaseResponse;
import io.crossdock.support.v1.ListCasesRequest;
import io.crossdock.support.v1.ListCasesResponse;
import io.crossdock.support.v1.ListCommentsRequest;
import io.crossdock.support.v1.ListCommentsResponse;
import io.crossdock.support.v1.NewComment;
import io.crossdock.support.v1.OpenCaseRequest;
import io.crossdock.support.v1.OpenCaseResponse;
import io.crossdock.support.v1.SupportServiceGrpc;
import io.crossdock.support.v1.UpdateCaseRequest;
import io.crossdock.support.v1.UpdateCaseResponse;
import io.crossdock.support.v1.Visibility;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Every method of the support contract as calls to the CRM. */
final class SupportService {

  private static final String CASES = "/api/v1/cases";
  private static final String CASE = CASES + "/{case}";
  private static final int USUAL_PAGE = 50;
  private static final int MAX_PAGE = 200;
  private static final int ATTEMPTS = 3;
  private static final Pattern OFFSET = Pattern.compile("[0-9]{1,9}");
  private static final String FIRST_VERSION = "1";
  private static final Freshness FRESHNESS =
      Freshness.newBuilder().setSourceSystem(CustomerMapper.SYSTEM).build();

  private final BackendClient backend;

  SupportService(BackendClient backend) {
    this.backend = backend;
  }

  ContractService service() {
    return ContractService.of(SupportServiceGrpc.getServiceDescriptor())
        .unary(SupportServiceGrpc.getOpenCaseMethod(), this::openCase)
        .unary(SupportServiceGrpc.getUpdateCaseMethod(), this::updateCase)
        .unary(SupportServiceGrpc.getAddCommentMethod(), this::addComment)
        .unary(SupportServiceGrpc.getListCommentsMethod(), this::listComments)
        .unary(SupportServiceGrpc.getGetCaseMethod(), this::getCase)
        .unary(SupportServiceGrpc.getListCasesMethod(), this::listCases)
        .build();
  }

  private GetCaseResponse getCase(GetCaseRequest request) throws InterruptedException {
    Case found =
        switch (request.getByCase()) {
          case CASE_ID -> read(request.getCaseId());
          case DEDUPE_KEY -> latest(request.getDedupeKey());
          case REQUEST_ID -> opened(request.getRequestId());
          case BY_NOT_SET ->
              throw Canonical.refused("by", "a case id, a dedupe key or a request id");
        };
    return GetCaseResponse.newBuilder()
        .setCase(SupportMapper.publicCase(found))
        .setFreshness(FRESHNESS)
        .build();
  }

  // The CRM keeps the request of a case only as its key, where the opener gave none.
  private Case opened(String requestId) throws InterruptedException {
    try {
      return latest(SupportMapper.OWN_KEY + requestId);
    } catch (FailureException e) {
      if (e.failure().reason() != Reason.REASON_NOT_FOUND) {
        throw e;
      }
      throw new FailureException(
          Failure.of(
                  Reason.REASON_NOT_SUPPORTED,
                  "The CRM knows no case by this request; one with a dedupe key is found by it.")
              .with("field", "request_id"));
    }
  }

  // The CRM lists the last changed case first; which was opened last, the moment of opening says.
  private Case latest(String key) throws InterruptedException {
    BackendData data =
        backend
            .send(
                BackendRequest.get(CASES)
                    .about("case")
                    .query("dedupeKey", key)
                    .query("limit", Integer.toString(MAX_PAGE)))
            .data();
    List<BackendData> rows = data.list("data");
    rows.forEach(row -> row.expectEcho("dedupeKey", key, "key"));
    return read(
        Rows.readable(rows, SupportMapper::toCase, _ -> {}).stream()
            .max(Comparator.comparing(Case::getOpenedAt, Timestamps.comparator()))
            .orElseThrow(() ->
                new FailureException(
                    Failure.of(Reason.REASON_NOT_FOUND, "There is no such case.")
                        .with("resource", "case")))
            .getCaseId());
  }

  private Case read(String id) throws InterruptedException {
    return SupportMapper.toCase(data(id));
  }

  private BackendData data(String id) throws InterruptedException {
    return about(id, backend.send(BackendRequest.get(CASE, id).about("case")));
  }

  private static BackendData about(String id, BackendAnswer answer) {
    BackendData data = answer.data().object("data");
    data.expectEcho("id", id, "case");
    return data;
  }

  private AddCommentResponse addComment(AddCommentRequest request) throws InterruptedException {
    Case after =
        change(
            UpdateCaseRequest.newBuilder()
                .setContext(request.getContext())
                .setCaseId(request.getCaseId())
                .addAddComments(request.getComment())
                .build());
    return AddCommentResponse.newBuilder()
        .setComment(last(after, request.getComment()))
        .setEtag(after.getEtag())
        .build();
  }

  private static Comment last(Case after, NewComment added) {
    return after.getCommentsList().reversed().stream()
        .filter(comment -> comment.getText().equals(added.getText()))
        .findFirst()
        .orElseGet(Comment::getDefaultInstance);
  }

  // The CRM gives all comments of a case at once.
  private ListCommentsResponse listComments(ListCommentsRequest request)
      throws InterruptedException {
    List<Comment> wanted =
        read(request.getCaseId()).getCommentsList().stream()
            .filter(comment ->
                request.getVisibility() == Visibility.VISIBILITY_UNSPECIFIED
                    || comment.getVisibility() == request.getVisibility())
            .toList();
    String place = PageToken.place(request, OFFSET);
    int from = place.isEmpty() ? 0 : Math.min(Integer.parseInt(place), wanted.size());
    int until = Math.min(from + PageToken.size(request, USUAL_PAGE), wanted.size());
    return ListCommentsResponse.newBuilder()
        .addAllComments(wanted.subList(from, until))
        .setNextPageToken(
            PageToken.of(request, until < wanted.size() ? Integer.toString(until) : ""))
        .setFreshness(FRESHNESS)
        .build();
  }

  /**
   * Opens a case. The CRM knows no idempotency key, only the key of a matter; where the opener
   * gives none, the request id is the key, so that a second arrival finds what the first one
   * opened. What it finds must say what is to be opened, as far as nobody can have changed it
   * since.
   */
  private OpenCaseResponse openCase(OpenCaseRequest request) throws InterruptedException {
    boolean keyed = !request.getDedupeKey().isEmpty();
    ObjectNode body = BackendJson.object();
    body.put("type", SupportCodes.of(request.getKind()));
    put(body, "priority", SupportCodes.of(request.getPriority()));
    body.put("subject", request.getSubject());
    put(body, "description", request.getDescription());
    put(body, "contactId", request.getCustomerId());
    put(body, "channel", SupportCodes.of(request.getContext().getChannel()));
    put(body, "assignee", request.getAssignee());
    body.put(
        "dedupeKey",
        keyed
            ? request.getDedupeKey()
            : SupportMapper.OWN_KEY + request.getContext().getRequestId());
    links(body, "links", request.getLinksList());
    comments(body, "comments", request.getCommentsList(), request.getContext());
    BackendAnswer answer = backend.send(BackendRequest.post(CASES).about("case").json(body));
    BackendData opened = answer.data().object("data");
    if (!keyed && answer.status() == 200 && !isOf(request, body, opened)) {
      throw Canonical.requestIdReused();
    }
    return OpenCaseResponse.newBuilder()
        .setCase(SupportMapper.publicCase(SupportMapper.toCase(opened)))
        .setExisting(keyed && answer.status() == 200)
        .build();
  }

  private static boolean isOf(OpenCaseRequest request, ObjectNode body, BackendData opened) {
    return opened.optionalText("version").equals(FIRST_VERSION)
        ? opened.holds(body)
        : opened.optionalText("description").equals(request.getDescription())
            && hasComments(opened, request.getCommentsList(), request.getContext());
  }

  /**
   * Changes a case, always against the version that was read. A change that arrives twice is done
   * once: its comments carry the request id, and one without comments meets the version that its
   * first arrival made. A change of somebody else in between is met by trying again, unless the
   * caller named a version.
   */
  private UpdateCaseResponse updateCase(UpdateCaseRequest request) throws InterruptedException {
    return UpdateCaseResponse.newBuilder()
        .setCase(SupportMapper.publicCase(change(request)))
        .build();
  }

  private Case change(UpdateCaseRequest request) throws InterruptedException {
    ObjectNode change = body(request);
    String version = request.getEtag();
    for (int attempt = 1; ; attempt++) {
      BackendData found = data(request.getCaseId());
      Case now = SupportMapper.toCase(found);
      if (isDone(found, now, version, request)) {
        return now;
      }
      if (!request.getEtag().isEmpty() && !request.getEtag().equals(now.getEtag())) {
        throw changedSince();
      }
      version = now.getEtag();
      ObjectNode body = change.deepCopy();
      CustomerService.version(body, "version", version);
      try {
        return SupportMapper.toCase(
            about(
                request.getCaseId(),
                backend.send(
                    BackendRequest.patch(CASE, request.getCaseId()).about("case").json(body))));
      } catch (FailureException e) {
        if (e.failure().reason() != Reason.REASON_ETAG_MISMATCH || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static FailureException changedSince() {
    return new FailureException(
        Reason.REASON_ETAG_MISMATCH, "The case changed since it was read; read it again.");
  }

  /**
   * Whether this very request was carried out before.
   *
   * @param version the version that it changed, if it did; empty when not known
   * @throws FailureException {@code REQUEST_ID_REUSED} when its comments were those of another
   */
  private static boolean isDone(
      BackendData found, Case now, String version, UpdateCaseRequest request) {
    if (request.getAddCommentsCount() > 0) {
      if (comment(found, reference(request.getContext(), 0)).isEmpty()) {
        return false;
      }
      if (!hasComments(found, request.getAddCommentsList(), request.getContext())) {
        throw Canonical.requestIdReused();
      }
      return true;
    }
    if (!CustomerService.isNext(version, now.getEtag())) {
      return false;
    }
    for (String path : paths(request)) {
      if (!has(now, path, request.getPatch())) {
        return false;
      }
    }
    return now.getLinksList().containsAll(request.getAddLinksList());
  }

  // Whether a case has the comments of a request, each by its reference and with its text.
  private static boolean hasComments(
      BackendData found, List<NewComment> comments, CommandContext context) {
    for (int i = 0; i < comments.size(); i++) {
      NewComment sent = comments.get(i);
      boolean open = sent.getVisibility() == Visibility.VISIBILITY_PUBLIC;
      if (comment(found, reference(context, i))
          .filter(known ->
              known.flag("public") == open && known.optionalText("text").equals(sent.getText()))
          .isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static Optional<BackendData> comment(BackendData found, String reference) {
    return found.list("comments").stream()
        .filter(comment -> comment.optionalText("reference").equals(reference))
        .findFirst();
  }

  private static String reference(CommandContext context, int index) {
    return context.getRequestId() + "/" + index;
  }

  private static boolean has(Case after, String path, CasePatch patch) {
    return switch (path) {
      case "status" -> after.getStatus() == patch.getStatus();
      case "priority" -> after.getPriority() == patch.getPriority();
      case "kind" -> after.getKind() == patch.getKind();
      case "subject" -> after.getSubject().equals(patch.getSubject());
      case "assignee" -> after.getAssignee().equals(patch.getAssignee());
      case "resolution" -> after.getResolution().equals(patch.getResolution());
      default -> after.getCustomerId().equals(patch.getCustomerId());
    };
  }

  private static Set<String> paths(UpdateCaseRequest request) {
    Set<String> paths = new TreeSet<>();
    if (request.hasUpdateMask()) {
      paths.addAll(request.getUpdateMask().getPathsList());
    } else {
      request.getPatch().getAllFields().keySet().forEach(field -> paths.add(field.getName()));
    }
    return paths;
  }

  private static ObjectNode body(UpdateCaseRequest request) {
    CasePatch patch = request.getPatch();
    ObjectNode body = BackendJson.object();
    for (String path : paths(request)) {
      switch (path) {
        case "status" -> required(body, path, "status", SupportCodes.of(patch.getStatus()));
        case "priority" -> required(body, path, "priority", SupportCodes.of(patch.getPriority()));
        case "kind" -> required(body, path, "type", SupportCodes.of(patch.getKind()));
        case "subject" -> required(body, path, "subject", patch.getSubject());
        case "assignee" -> required(body, path, "assignee", patch.getAssignee());
        case "customer_id" -> required(body, path, "contactId", patch.getCustomerId());
        case "resolution" -> {
          ObjectNode resolution = BackendJson.object();
          required(resolution, "resolution.code", "code", patch.getResolution().getCode());
          put(resolution, "text", patch.getResolution().getText());
          body.set("resolution", resolution);
        }
        default -> throw Canonical.refused("update_mask", "fields of CasePatch");
      }
    }
    links(body, "addLinks", request.getAddLinksList());
    comments(body, "addComments", request.getAddCommentsList(), request.getContext());
    return body;
  }

  // The CRM takes a missing value for no change, so nothing can be cleared.
  private static void required(ObjectNode body, String path, String field, String value) {
    if (value.isEmpty()) {
      throw Canonical.refused("patch." + path, "a value: the CRM cannot clear it");
    }
    body.put(field, value);
  }

  private static void links(ObjectNode body, String field, List<CaseLink> links) {
    if (links.isEmpty()) {
      return;
    }
    ArrayNode list = body.putArray(field);
    for (CaseLink link : links) {
      ObjectNode sent = list.addObject();
      sent.put("type", SupportCodes.of(link.getKind()));
      sent.put("id", link.getId());
      put(sent, "line", link.getLineId());
    }
  }

  private static void comments(
      ObjectNode body, String field, List<NewComment> comments, CommandContext context) {
    if (comments.isEmpty()) {
      return;
    }
    Actor actor = context.getActor();
    ArrayNode list = body.putArray(field);
    int index = 0;
    for (NewComment comment : comments) {
      ObjectNode sent = list.addObject();
      // By this the CRM knows a comment that it has already, also after a restart of the connector.
      sent.put("reference", reference(context, index++));
      sent.put("public", comment.getVisibility() == Visibility.VISIBILITY_PUBLIC);
      sent.put("text", comment.getText());
      ObjectNode author = sent.putObject("author");
      author.put("kind", SupportCodes.of(actor.getKind()));
      put(author, "id", actor.getId());
    }
  }

  private ListCasesResponse listCases(ListCasesRequest request) throws InterruptedException {
    String place = PageToken.place(request, OFFSET);
    long offset = place.isEmpty() ? 0 : Long.parseLong(place);
    BackendRequest call =
        BackendRequest.get(CASES)
            .query("contactId", request.getCustomerId())
            .query("status", statuses(request.getStatusesList()))
            .query("assignee", request.getAssignee())
            .query("dedupeKey", request.getDedupeKey())
            .query("offset", Long.toString(offset))
            .query("limit", Integer.toString(PageToken.size(request, USUAL_PAGE)));
    if (request.hasLink()) {
      call =
          call.query("linkType", SupportCodes.of(request.getLink().getKind()))
              .query("linkId", request.getLink().getId());
    }
    if (request.hasUpdatedFrom()) {
      call = call.query("updatedSince", instant(request.getUpdatedFrom()).toString());
    }
    BackendData data = backend.send(call).data();
    List<BackendData> cases = data.list("data");
    ListCasesResponse.Builder answer = ListCasesResponse.newBuilder().setFreshness(FRESHNESS);
    if (!request.getCustomerId().isEmpty()) {
      cases.forEach(each -> each.expectEcho("contactId", request.getCustomerId(), "customer"));
    }
    for (Case each :
        Rows.readable(
            cases,
            SupportMapper::toCase,
            row -> row.optionalId("id").ifPresent(answer::addUnreadableCaseIds))) {
      Case told = each.toBuilder().clearComments().build();
      // The CRM cannot look for a line of an order: a page may come out shorter.
      if (!request.hasLink()
          || request.getLink().getLineId().isEmpty()
          || told.getLinksList().contains(request.getLink())) {
        answer.addCases(told);
      }
    }
    long next = offset + cases.size();
    boolean more = !cases.isEmpty() && next < data.object("meta").integer("total");
    return answer.setNextPageToken(PageToken.of(request, more ? Long.toString(next) : "")).build();
  }

  private static String statuses(List<CaseStatus> statuses) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < statuses.size(); i++) {
      String word = SupportCodes.of(statuses.get(i));
      if (word.isEmpty()) {
        throw Canonical.refused("statuses[" + i + "]", "a status that the CRM has a word for");
      }
      words.add(word);
    }
    return String.join(",", words);
  }

  private static void put(ObjectNode body, String field, String value) {
    if (!value.isEmpty()) {
      body.put(field, value);
    }
  }
}
