package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.ResourceNames;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a definition names and does not contain: open files, and passphrases. Immutable; thread-safe
 * as far as what it was given is.
 *
 * <p>Descriptors stay whose they are. A host makes copies of those it takes, and does so before a
 * call that was given them returns or throws: from then on their owner may close them. A copy
 * shares its open file description: offset, flags and locks.
 *
 * <p>Whoever made one closes it, when there is anything to close; one that a {@link
 * ResourceResolver} answers with is closed by the host.
 */
@Api(since = "0.1")
public final class Resources implements AutoCloseable {
  /** How many descriptors one call can give. */
  public static final int MOST_DESCRIPTORS = 128;

  /** How many secrets one call can give. */
  public static final int MOST_SECRETS = 128;

  /** The longest secret, in bytes. */
  public static final int LONGEST_SECRET = 4096;

  private static final Pattern NAME = Pattern.compile(ResourceNames.PATTERN);
  private static final Resources NONE = new Resources(Map.of(), Map.of(), List.of());

  private final Map<String, FileDescriptor> descriptors;
  private final Map<String, byte[]> secrets;
  private final List<Closeable> owned;

  private Resources(
      Map<String, FileDescriptor> descriptors, Map<String, byte[]> secrets, List<Closeable> owned) {
    this.descriptors = Map.copyOf(descriptors);
    this.secrets = secrets;
    this.owned = owned;
  }

  /** Nothing. */
  public static Resources none() {
    return NONE;
  }

  /**
   * Those resources, by the names that definitions have for them.
   *
   * @param descriptors of open files, as {@link java.io.RandomAccessFile#getFD} has them; each with
   *     an open file description of its own
   * @param secrets texts in UTF-8 of 1 to 4096 bytes, without NUL; copied
   * @throws InvalidRequestException when a name or a secret is not as it should be, or there are
   *     too many
   */
  public static Resources of(Map<String, FileDescriptor> descriptors, Map<String, byte[]> secrets) {
    checkNames("descriptors", MOST_DESCRIPTORS, descriptors);
    checkNames("secrets", MOST_SECRETS, secrets);
    descriptors.forEach(Resources::checkDescriptor);
    Map<String, byte[]> copies = new HashMap<>();
    secrets.forEach((name, secret) -> copies.put(name, checked(name, secret).clone()));
    return new Resources(descriptors, copies, List.of());
  }

  /** The same, and what {@link #close} closes: the files whose descriptors these are. */
  public Resources closing(Closeable... files) {
    return new Resources(descriptors, secrets, List.of(files));
  }

  /** What there is. */
  public ResourceNames names() {
    return new ResourceNames(descriptors.keySet(), secrets.keySet());
  }

  /** The descriptors by name. */
  public Map<String, FileDescriptor> descriptors() {
    return descriptors;
  }

  /** Copies of the secrets by name. */
  public Map<String, byte[]> secrets() {
    Map<String, byte[]> copies = new HashMap<>();
    secrets.forEach((name, secret) -> copies.put(name, secret.clone()));
    return copies;
  }

  /**
   * Closes what it was told to close.
   *
   * @throws HostFailureException when that fails; all has been tried then
   */
  @Override
  public void close() {
    HostFailureException failed = new HostFailureException("Resources could not be closed.");
    for (Closeable file : owned) {
      try {
        file.close();
      } catch (IOException e) {
        failed.addSuppressed(e);
      }
    }
    if (failed.getSuppressed().length > 0) {
      throw failed;
    }
  }

  /** The names; never a value. */
  @Override
  public String toString() {
    return "Resources[" + names().text() + "]";
  }

  private static void checkNames(String what, int most, Map<String, ?> byName) {
    if (byName.size() > most) {
      throw new InvalidRequestException(
          what + ": one call gives at most " + most + ", not " + byName.size() + ".");
    }
    for (String name : byName.keySet()) {
      if (!NAME.matcher(name).matches()) {
        throw new InvalidRequestException(
            what
                + ": a name has 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit; one"
                + " of these has not.");
      }
    }
  }

  private static void checkDescriptor(String name, FileDescriptor descriptor) {
    if (!descriptor.valid()) {
      throw new InvalidRequestException(
          "File descriptor '" + name + "' is closed. Keep it open until the call has returned.");
    }
  }

  private static byte[] checked(String name, byte[] secret) {
    if (secret.length == 0 || secret.length > LONGEST_SECRET || !isText(secret)) {
      throw new InvalidRequestException(
          "Secret '"
              + name
              + "' should be a text in UTF-8 of 1 to "
              + LONGEST_SECRET
              + " bytes, without NUL.");
    }
    return secret;
  }

  private static boolean isText(byte[] secret) {
    for (byte one : secret) {
      if (one == 0) {
        return false;
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(secret));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
