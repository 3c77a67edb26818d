package dev.berth.config.doctor;

import dev.berth.doctor.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whether systemd is there to give each QEMU a scope of its own. */
final class ScopeFinding {
  private static final String CHECK = "systemd scopes";
  private static final String REMEDY =
      "never stop the host's whole service or container while guests have to go on; stop the host"
          + " with 'vmctl daemon stop'";

  private final Path root;
  private final Map<String, String> environment;

  /**
   * Examines systemd.
   *
   * @param root of the file system
   * @param environment variables of the process
   */
  ScopeFinding(Path root, Map<String, String> environment) {
    this.root = root;
    this.environment = environment;
  }

  Finding examine() {
    // sd_booted(3): the directory is there exactly when systemd runs the system.
    if (!Files.isDirectory(root.resolve("run/systemd/system"))) {
      return Finding.note(
          CHECK, "not possible: systemd does not run this system, a container perhaps", REMEDY);
    }
    String userRuntime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    boolean systemManager = Files.isWritable(root.resolve("run/systemd/private"));
    boolean userManager =
        userRuntime.startsWith("/")
            && Files.isWritable(
                root.resolve(userRuntime.substring(1)).resolve("systemd").resolve("private"));
    if (systemManager || userManager) {
      return Finding.ok(
          CHECK, "possible, by " + (systemManager ? "the system's" : "the user's") + " manager");
    }
    return Finding.note(
        CHECK,
        "not possible: this user reaches no systemd manager",
        "log in with pam_systemd, or 'loginctl enable-linger'; until then: " + REMEDY);
  }
}
