package io.crossdock.ctl;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * A file being written: {@code FILE.part} until it is published as {@code FILE}, and deleted when
 * it never is. Only its owner may read it.
 */
final class AtomicFile implements AutoCloseable {

  private final Path file;
  private final Path part;
  private final FileChannel channel;
  private final MessageDigest digest;
  private long bytes;
  private boolean published;

  private AtomicFile(Path file, Path part, FileChannel channel, MessageDigest digest) {
    this.file = file;
    this.part = part;
    this.channel = channel;
    this.digest = digest;
  }

  /**
   * Creates the file; what an earlier attempt left behind is overwritten.
   *
   * @throws IOException when it cannot be written, or another process is writing it
   */
  static AtomicFile open(Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    FileChannel channel =
        FileChannel.open(
            part,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      if (!locked(channel)) {
        throw new FileSystemException(part.toString(), null, "another process is writing it");
      }
      channel.truncate(0);
      // Ctrl-C leaves nothing behind.
      part.toFile().deleteOnExit();
      return new AtomicFile(file, part, channel, MessageDigest.getInstance("SHA-256"));
    } catch (IOException | NoSuchAlgorithmException e) {
      channel.close();
      throw e instanceof IOException trouble ? trouble : new IOException(e);
    }
  }

  void write(ByteString chunk) throws IOException {
    for (ByteBuffer buffer : chunk.asReadOnlyByteBufferList()) {
      digest.update(buffer.duplicate());
      while (buffer.hasRemaining()) {
        bytes += channel.write(buffer);
      }
    }
  }

  long bytes() {
    return bytes;
  }

  /** Of all that was written, in hexadecimal; to be asked for once. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Flushes the file, then gives it its name and flushes that, too. */
  void publish() throws IOException {
    channel.force(true);
    if (Files.exists(file)) {
      throw new FileSystemException(file.toString(), null, "it was created in the meantime");
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    published = true;
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      if (!published) {
        Files.deleteIfExists(part);
      }
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }
}
