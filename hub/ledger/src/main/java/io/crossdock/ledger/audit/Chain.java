package io.crossdock.ledger.audit;

import com.google.protobuf.CodedOutputStream;
import io.crossdock.ops.v1.AuditRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** How a record's bytes and hash are made. */
final class Chain {

  /** Length of a hash in bytes. */
  static final int HASH_BYTES = 32;

  private Chain() {}

  /** The record without its hashes, its fields in the order of their numbers. */
  static byte[] canonical(AuditRecord record) {
    AuditRecord bare = record.toBuilder().clearPreviousHash().clearHash().build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(bare.getSerializedSize());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      bare.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** SHA-256 over the hash of the record before and a record's canonical bytes. */
  static byte[] hash(byte[] previous, byte[] canonical) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(previous);
      return sha.digest(canonical);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
