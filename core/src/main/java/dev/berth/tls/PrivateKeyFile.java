package dev.berth.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads the private key of a certificate: PKCS#8, or what older OpenSSLs wrote for RSA (PKCS#1) and
 * elliptic curves (SEC 1).
 */
final class PrivateKeyFile {
  private static final String WHAT = "private key";
  private static final int OF_OTHERS = 077;
  private static final byte[] ZERO = Der.value(Der.INTEGER, new byte[] {0});

  /** {@code rsaEncryption} with its parameters, NULL (RFC 8017). */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** {@code id-ecPublicKey} (RFC 5480); its parameter is the curve. */
  private static final byte[] ELLIPTIC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private PrivateKeyFile() {}

  /** The key in that file, which has to be the one of that public key. */
  static PrivateKey read(Path file, PublicKey certified) throws UnusableFileException {
    List<PemFile.Block> blocks = PemFile.read(file, WHAT);
    checkPermissions(file);
    PemFile.Block block =
        blocks.stream()
            .filter(each -> each.label().endsWith("PRIVATE KEY"))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnusableFileException(
                        "The file " + file + " holds no private key in PEM."));
    if (block.isEncrypted()) {
      throw new UnusableFileException(
          "The private key "
              + file
              + " is encrypted, and nobody is there to give its passphrase. Decrypt it: openssl"
              + " pkey -in OLD -out NEW");
    }
    try {
      byte[] encoded = pkcs8(block);
      PrivateKey key =
          KeyFactory.getInstance(certified.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (belongTogether(key, certified)) {
        return key;
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new UnusableFileException(
          "The private key "
              + file
              + " cannot be read as one for its certificate ("
              + certified.getAlgorithm()
              + "): "
              + e.getMessage()
              + ".",
          e);
    }
    throw new UnusableFileException(
        "The private key " + file + " is not that of its certificate: they were made apart.");
  }

  private static void checkPermissions(Path file) throws UnusableFileException {
    try {
      int mode = (Integer) Files.getAttribute(file, "unix:mode");
      if ((mode & OF_OTHERS) != 0) {
        throw new UnusableFileException(
            String.format(
                "The private key %s is open to others than its owner (mode %04o). Make another if"
                    + " it was seen, or take it from them: chmod 600 %s",
                file, mode & 07777, file));
      }
    } catch (UnusableFileException e) {
      throw e;
    } catch (IOException e) {
      throw new UnusableFileException("The private key " + file + " is gone: " + e + ".", e);
    }
  }

  private static byte[] pkcs8(PemFile.Block block) {
    byte[] bytes = block.bytes();
    return switch (block.label()) {
      case "PRIVATE KEY" -> bytes;
      case "RSA PRIVATE KEY" ->
          Der.value(Der.SEQUENCE, ZERO, RSA, Der.value(Der.OCTET_STRING, bytes));
      case "EC PRIVATE KEY" -> {
        byte[] algorithm = Der.value(Der.SEQUENCE, ELLIPTIC, curve(bytes));
        yield Der.value(Der.SEQUENCE, ZERO, algorithm, Der.value(Der.OCTET_STRING, bytes));
      }
      default -> throw new IllegalArgumentException("'" + block.label() + "' is not known");
    };
  }

  /** The curve in a SEC 1 key: version, key, [0] curve, [1] public key. */
  private static byte[] curve(byte[] sec1) {
    Der parts = new Der(new Der(sec1).next());
    while (parts.hasMore()) {
      boolean curve = parts.tag() == Der.CONTEXT_0;
      byte[] part = parts.next();
      if (curve) {
        return part;
      }
    }
    throw new IllegalArgumentException("it does not say its curve");
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(signatures(key.getAlgorithm()));
    signature.initSign(key);
    signature.update(ZERO);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(ZERO);
    return signature.verify(signed);
  }

  private static String signatures(String algorithm) {
    return switch (algorithm) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> algorithm;
    };
  }
}
