package dev.berth.launcher;

import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns QEMU's own words about a machine it could not start into an error with a remedy. The table
 * is ordered: the first match wins.
 */
final class StartFailure {
  private static final String NO_LOCK =
      "Failed to get (shared )?\"[a-z ]+\" lock|Failed to lock byte";

  private static final List<Known> TABLE =
      List.of(
          new Known(
              "Could not set up host forwarding rule",
              Kind.HOST,
              "A forwarded host port is taken: choose another, or stop who listens on it."),
          new Known(
              NO_LOCK, Kind.HOST, "Another process uses the image: stop it, or use another image."),
          new Known(
              "[Cc]annot set up guest memory|Cannot allocate memory|mmap.*failed",
              Kind.HOST,
              "The host lacks memory: give the domain less, or stop other domains."),
          new Known(
              "Could not access KVM kernel module|failed to initialize kvm|kvm_init|KVM is not",
              Kind.UNSUPPORTED,
              "KVM does not work here: use 'accelerator: tcg' or 'auto'."),
          new Known(
              "unable to set guest cid",
              Kind.HOST,
              "Another running machine of this host has the CID: change 'vsock'."),
          new Known(
              "Invalid password, cannot unlock",
              Kind.REQUEST,
              "Give the secret that the image was encrypted with."),
          new Known(
              "Property '.*cpu\\..*' not found|doesn't support requested feature",
              Kind.UNSUPPORTED,
              "Remove the feature from 'cpu-features', or choose another CPU model."),
          new Known(
              "unsupported machine type|nsupported.*accelerator|invalid accelerator",
              Kind.UNSUPPORTED,
              "This QEMU lacks it: choose another, or install another QEMU."),
          new Known(
              "is not a valid device model|Device '.*' not found|unknown type '.*'",
              Kind.UNSUPPORTED,
              "This QEMU was built without the device: install the package that has it."),
          new Known(
              "could not load kernel|invalid kernel header|PVH ELF Note|could not load initrd"
                  + "|error reading initrd|Error loading uncompressed kernel",
              Kind.HOST,
              "Check that 'boot.kernel' and 'boot.initrd' name readable files that QEMU can load."),
          new Known(
              "Image is not in|image is corrupt|Invalid image|Could not read .*header",
              Kind.HOST,
              "Check the image with 'qemu-img check', and that 'format' is right."),
          new Known(
              "[Pp]ermission denied|Operation not permitted",
              Kind.HOST,
              "Let the host's user read and write the file."),
          new Known("No space left on device", Kind.HOST, "The host's disk is full: make room."),
          new Known(
              "No such file or directory", Kind.HOST, "A file is missing: check the definition."),
          new Known(
              "error while loading shared libraries|symbol lookup error",
              Kind.HOST,
              "The QEMU installation is broken: reinstall its package."));

  private StartFailure() {}

  /**
   * The error for a failure that QEMU put into these words.
   *
   * @param what what could not be done, e.g. {@code Cannot start domain 'web-1'}
   * @param words QEMU's own
   * @param cause the failure behind it
   */
  static BerthException of(String what, String words, @Nullable Throwable cause) {
    String sentence = what + ": " + trimmed(words) + ". ";
    for (Known known : TABLE) {
      if (known.pattern.matcher(words).find()) {
        return known.kind.error(sentence + known.remedy, cause);
      }
    }
    return Kind.HOST.error(sentence + "QEMU's log may tell more.", cause);
  }

  /** QEMU's words without what ends them. */
  static String trimmed(String words) {
    return words.strip().replaceFirst("[.?!]$", "");
  }

  /** Whether these words are about an image that another process has locked. */
  static boolean isAboutLock(String words) {
    return Pattern.compile(NO_LOCK).matcher(words).find();
  }

  private enum Kind {
    HOST {
      @Override
      BerthException error(String message, @Nullable Throwable cause) {
        return new HostFailureException(message, cause);
      }
    },
    REQUEST {
      @Override
      BerthException error(String message, @Nullable Throwable cause) {
        return new InvalidRequestException(message, cause);
      }
    },
    UNSUPPORTED {
      @Override
      BerthException error(String message, @Nullable Throwable cause) {
        return new UnsupportedException(message, cause);
      }
    };

    abstract BerthException error(String message, @Nullable Throwable cause);
  }

  /** A failure that is known by its words. */
  private record Known(Pattern pattern, Kind kind, String remedy) {
    Known(String pattern, Kind kind, String remedy) {
      this(Pattern.compile(pattern), kind, remedy);
    }
  }
}
