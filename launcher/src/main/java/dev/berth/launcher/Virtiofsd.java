package dev.berth.launcher;

import dev.berth.definition.Disk.Access;
import dev.berth.definition.Share;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An installed virtiofsd: the one written in C, of QEMU up to 7.2, or the one written in Rust that
 * came after it.
 *
 * @param binary absolute path
 * @param version in its own words, such as {@code virtiofsd 1.13.2}
 * @param isInC whether it is the one written in C, which serves nothing unless it is root
 * @param canForbidWriting whether it can keep a guest from writing
 */
record Virtiofsd(Path binary, String version, boolean isInC, boolean canForbidWriting) {
  /** Only the one written in C tells that. */
  private static final String IN_C = "using FUSE kernel interface";

  /** Begins the word of the command line that names the socket, and so the launch. */
  static final String SOCKET_OPTION = "--socket-path=";

  private static final String READ_ONLY = "--readonly";

  /** What a virtiofsd amounts to that says this of its version and of its options. */
  static Virtiofsd of(Path binary, String version, String help) {
    String name = version.lines().findFirst().orElse("").replaceFirst("\\(.*", "").strip();
    return new Virtiofsd(
        binary,
        name.isEmpty() ? "virtiofsd" : name,
        version.contains(IN_C),
        help.contains(READ_ONLY));
  }

  /**
   * The command line that serves a share on a socket, to one client, and ends with it.
   *
   * @param sandbox {@code namespace} or {@code chroot}
   */
  List<String> command(Share share, Path socket, String sandbox) {
    List<String> command = new ArrayList<>();
    command.add(binary.toString());
    command.add(SOCKET_OPTION + socket);
    String source = share.source().toString();
    command.addAll(
        isInC
            ? List.of("-o", "source=" + escaped(source), "-o", "sandbox=" + sandbox, "-f")
            : List.of("--shared-dir=" + source, "--sandbox=" + sandbox));
    if (share.access() == Access.READ_ONLY) {
      command.add(READ_ONLY);
    }
    return command;
  }

  /** Its {@code -o} takes several options, with commas between them. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,");
  }
}
