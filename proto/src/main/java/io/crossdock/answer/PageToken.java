package io.crossdock.answer;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Page tokens that carry a place in a list, in the words of whoever keeps the list, bound to the
 * list they were made for.
 *
 * <p>A list is its request without {@code page_token} and {@code page_size}: who asks another
 * question with the token of this one is told so, instead of getting a page of something else.
 */
public final class PageToken {

  private static final int MARK_BYTES = 8;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private PageToken() {}

  /**
   * The token of the page that begins at a place.
   *
   * @param place the word for it of whoever keeps the list; empty means that there is no further
   *     page
   */
  public static String of(Message request, String place) {
    if (place.isEmpty()) {
      return "";
    }
    byte[] text = place.getBytes(StandardCharsets.UTF_8);
    return ENCODER.encodeToString(
        ByteBuffer.allocate(MARK_BYTES + text.length).put(mark(request)).put(text).array());
  }

  /**
   * The place in the list that a request asks for; empty for the first page.
   *
   * @throws FailureException {@code PAGE_TOKEN_INVALID}
   */
  public static String place(Message request) {
    String token = (String) request.getField(field(request, "page_token"));
    if (token.isEmpty()) {
      return "";
    }
    try {
      byte[] bytes = DECODER.decode(token);
      if (bytes.length > MARK_BYTES
          && ByteBuffer.wrap(bytes, 0, MARK_BYTES).equals(ByteBuffer.wrap(mark(request)))) {
        return new String(bytes, MARK_BYTES, bytes.length - MARK_BYTES, StandardCharsets.UTF_8);
      }
    } catch (IllegalArgumentException e) {
      // Not a token at all: refused like one of another list.
    }
    throw notOfThisList();
  }

  /**
   * The same for a list whose places have a shape: anybody can make a token, so what is in it is
   * checked before it is read.
   *
   * @throws FailureException {@code PAGE_TOKEN_INVALID}
   */
  public static String place(Message request, Pattern shape) {
    String place = place(request);
    if (!place.isEmpty() && !shape.matcher(place).matches()) {
      throw notOfThisList();
    }
    return place;
  }

  /**
   * The same for a list whose places are numbers.
   *
   * @param first where the first page begins
   * @throws FailureException {@code PAGE_TOKEN_INVALID}
   */
  public static long number(Message request, long first) {
    String place = place(request);
    try {
      return place.isEmpty() ? first : Long.parseLong(place);
    } catch (NumberFormatException e) {
      throw notOfThisList();
    }
  }

  /** The page size that a request asks for, or the usual one. */
  public static int size(Message request, int usual) {
    int size = (int) request.getField(field(request, "page_size"));
    return size == 0 ? usual : size;
  }

  private static FailureException notOfThisList() {
    return new FailureException(
        Reason.REASON_PAGE_TOKEN_INVALID, "The page token is not one of this list.");
  }

  private static byte[] mark(Message request) {
    Message list =
        request.toBuilder()
            .clearField(field(request, "page_token"))
            .clearField(field(request, "page_size"))
            .build();
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(request.getDescriptorForType().getFullName().getBytes(StandardCharsets.UTF_8));
      byte[] hash = digest.digest(list.toByteArray());
      return java.util.Arrays.copyOf(hash, MARK_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FieldDescriptor field(Message request, String name) {
    FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
    if (field == null) {
      throw new IllegalArgumentException(
          request.getDescriptorForType().getFullName() + " has no " + name);
    }
    return field;
  }
}
