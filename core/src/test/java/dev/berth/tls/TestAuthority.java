package dev.berth.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** Signs certificates for tests, which are made in memory: no file of them is in the sources. */
public final class TestAuthority {
  private static final HexFormat HEX = HexFormat.of();
  private static final int BIT_STRING = 0x03;
  private static final int TIME = 0x18;
  private static final byte[] ECDSA_WITH_SHA256 = HEX.parseHex("300a06082a8648ce3d040302");
  private static final byte[] VERSION_3 = HEX.parseHex("a003020102");
  private static final byte[] TRUE = {0x01, 0x01, (byte) 0xff};
  private static final byte[] NO_UNUSED_BITS = {0};
  private static final String BASIC_CONSTRAINTS = "0603551d13";
  private static final String ALTERNATIVE_NAMES = "0603551d11";
  private static final String EXTENDED_KEY_USAGE = "0603551d25";
  private static final byte[] FOR_SERVERS = HEX.parseHex("06082b06010505070301");
  private static final byte[] FOR_CLIENTS = HEX.parseHex("06082b06010505070302");

  private final String name;
  private final KeyPair keys;
  private final byte[] certificate;

  private TestAuthority(String name, KeyPair keys, byte[] certificate) {
    this.name = name;
    this.keys = keys;
    this.certificate = certificate;
  }

  /** A new authority with that subject. */
  public static TestAuthority create(String subject) {
    KeyPair keys = keys("EC");
    byte[] isAuthority = Der.value(Der.SEQUENCE, TRUE);
    byte[] certificate =
        signed(
            keys,
            subject,
            subject,
            keys.getPublic(),
            Instant.now().minus(Duration.ofDays(1)),
            Instant.now().plus(Duration.ofDays(30)),
            extension(BASIC_CONSTRAINTS, isAuthority));
    return new TestAuthority(subject, keys, certificate);
  }

  /** A certificate for the subject, valid now, for servers and clients, without other names. */
  public Request issue(String subject) {
    return new Request(subject);
  }

  /** What a certificate shall be like. */
  public final class Request {
    private final String subject;
    private final List<byte[]> names = new ArrayList<>();
    private KeyPair own = TestAuthority.keys("EC");
    private byte[][] usages = {FOR_SERVERS, FOR_CLIENTS};
    private Instant from = Instant.now().minus(Duration.ofHours(1));
    private Instant to = Instant.now().plus(Duration.ofDays(20));

    private Request(String subject) {
      this.subject = subject;
    }

    /** Has that name of DNS as well. */
    public Request named(String host) {
      names.add(Der.value(0x82, host.getBytes(StandardCharsets.US_ASCII)));
      return this;
    }

    /** Has that address as well. */
    public Request at(InetAddress address) {
      names.add(Der.value(0x87, address.getAddress()));
      return this;
    }

    /** Is valid from then to then. */
    public Request valid(Instant from, Instant to) {
      this.from = from;
      this.to = to;
      return this;
    }

    /** Is for servers alone. */
    public Request forServers() {
      usages = new byte[][] {FOR_SERVERS};
      return this;
    }

    /** Has a key of that algorithm. */
    public Request keys(String algorithm) {
      own = TestAuthority.keys(algorithm);
      return this;
    }

    /** Writes it, its key and its authority into a new directory. */
    public TlsFiles into(Path directory) {
      TlsFiles files = TlsFiles.in(directory);
      List<byte[]> extensions = new ArrayList<>();
      extensions.add(extension(EXTENDED_KEY_USAGE, Der.value(Der.SEQUENCE, usages)));
      if (!names.isEmpty()) {
        extensions.add(
            extension(ALTERNATIVE_NAMES, Der.value(Der.SEQUENCE, names.toArray(byte[][]::new))));
      }
      byte[] issued =
          signed(keys, name, subject, own.getPublic(), from, to, extensions.toArray(byte[][]::new));
      try {
        Files.createDirectories(directory);
        write(files.authorities(), "CERTIFICATE", certificate);
        write(files.certificate(), "CERTIFICATE", issued);
        write(files.key(), "PRIVATE KEY", own.getPrivate().getEncoded());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return files;
    }
  }

  /** Writes one block of PEM to a file that its owner alone may read. */
  public static void write(Path file, String label, byte[] content) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
  }

  private static KeyPair keys(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(256);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] extension(String oid, byte[] value) {
    return Der.value(Der.SEQUENCE, HEX.parseHex(oid), Der.value(Der.OCTET_STRING, value));
  }

  private static byte[] signed(
      KeyPair issuer,
      String issuerName,
      String subject,
      PublicKey key,
      Instant from,
      Instant to,
      byte[]... extensions) {
    byte[] body =
        Der.value(
            Der.SEQUENCE,
            VERSION_3,
            Der.value(Der.INTEGER, new BigInteger(63, new SecureRandom()).toByteArray()),
            ECDSA_WITH_SHA256,
            new X500Principal(issuerName).getEncoded(),
            Der.value(Der.SEQUENCE, time(from), time(to)),
            new X500Principal(subject).getEncoded(),
            key.getEncoded(),
            Der.value(0xa3, Der.value(Der.SEQUENCE, extensions)));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(issuer.getPrivate());
      signature.update(body);
      return Der.value(
          Der.SEQUENCE,
          body,
          ECDSA_WITH_SHA256,
          Der.value(BIT_STRING, NO_UNUSED_BITS, signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] time(Instant instant) {
    return Der.value(
        TIME,
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'")
            .withZone(ZoneOffset.UTC)
            .format(instant)
            .getBytes(StandardCharsets.US_ASCII));
  }
}
