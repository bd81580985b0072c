package io.crossdock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.crossdock.common.v1.Reason;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TlsIT {

  private static final String PASSWORD = "changeit";

  @TempDir private static Path directory;
  private static Pem hub;
  private static Pem till;

  /** A certificate of its own authority, and its key. */
  private record Pem(Path certificate, Path key) {}

  @BeforeAll
  static void makeCertificates() throws Exception {
    hub = selfSigned("hub");
    till = selfSigned("till");
  }

  @Test
  void callsAHubThatShowsATrustedCertificate() throws IOException {
    try (ScriptedHub server =
            new ScriptedHub(serverCredentials(TlsServerCredentials.ClientAuth.NONE));
        CrossdockClient client = builder(server).tls(hub.certificate()).build()) {
      assertThat(balance(client).hasBalance()).isTrue();
    }
  }

  @Test
  void showsItsOwnCertificateToAHubThatAsks() throws IOException {
    try (ScriptedHub server =
            new ScriptedHub(serverCredentials(TlsServerCredentials.ClientAuth.REQUIRE));
        CrossdockClient client =
            builder(server).mutualTls(hub.certificate(), till.certificate(), till.key()).build()) {
      assertThat(balance(client).hasBalance()).isTrue();
    }
  }

  @Test
  void doesNotCallAHubThatShowsAStrangersCertificate() throws IOException {
    try (ScriptedHub server =
            new ScriptedHub(serverCredentials(TlsServerCredentials.ClientAuth.NONE));
        CrossdockClient client = builder(server).tls(till.certificate()).build()) {
      Throwable thrown = catchThrowable(() -> balance(client));

      assertThat(Failures.of(thrown).reason()).isEqualTo(Reason.REASON_HUB_UNAVAILABLE);
      assertThat(server.seen).isEmpty();
    }
  }

  @Test
  void speaksTlsToAnotherMachineUnlessToldOtherwise() throws IOException {
    // A target with a scheme is not known to be this machine, although it is.
    try (ScriptedHub plaintext = new ScriptedHub();
        CrossdockClient careful =
            CrossdockClient.builder("dns:///localhost:" + plaintext.port())
                .services(LoyaltyServiceGrpc.getServiceDescriptor())
                .build();
        CrossdockClient careless =
            CrossdockClient.builder("dns:///127.0.0.1:" + plaintext.port())
                .services(LoyaltyServiceGrpc.getServiceDescriptor())
                .plaintext()
                .build()) {
      assertThat(Failures.of(catchThrowable(() -> balance(careful))).reason())
          .isEqualTo(Reason.REASON_HUB_UNAVAILABLE);
      assertThat(balance(careless).hasBalance()).isTrue();
    }
  }

  private static GetBalanceResponse balance(CrossdockClient client) {
    return client
        .stub(LoyaltyServiceGrpc::newBlockingStub)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .getBalance(GetBalanceRequest.newBuilder().setMemberId("M-1001").build());
  }

  private static CrossdockClient.Builder builder(ScriptedHub server) {
    return CrossdockClient.builder("localhost:" + server.port())
        .services(LoyaltyServiceGrpc.getServiceDescriptor());
  }

  private static io.grpc.ServerCredentials serverCredentials(TlsServerCredentials.ClientAuth auth)
      throws IOException {
    return TlsServerCredentials.newBuilder()
        .keyManager(hub.certificate().toFile(), hub.key().toFile())
        .trustManager(till.certificate().toFile())
        .clientAuth(auth)
        .build();
  }

  private static Pem selfSigned(String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-ext",
                "bc:c")
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    return new Pem(
        pem(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded()),
        pem(name + ".key", "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
  }

  private static Path pem(String file, String kind, byte[] content) throws IOException {
    return Files.writeString(
        directory.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(
                kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), kind));
  }
}
