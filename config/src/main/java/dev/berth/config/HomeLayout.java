package dev.berth.config;

import dev.berth.api.Api;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a host keeps its files. A host and its clients work it out from the same inputs, so that
 * {@code vmctl} finds the daemon without being told.
 *
 * <pre>
 *                 root (system)          anybody else                               home given
 * home            /var/lib/berth         ${XDG_DATA_HOME:-~/.local/share}/berth     DIR
 * run directory   /run/berth             $XDG_RUNTIME_DIR/berth, else home/run      DIR/run
 * control socket  /run/berth/…           run directory/control.sock                 DIR/control.sock
 * log directory   /var/log/berth         ${XDG_STATE_HOME:-~/.local/state}/berth    DIR/log
 * cache directory /var/cache/berth       ${XDG_CACHE_HOME:-~/.cache}/berth          DIR/cache
 * settings file   /etc/berth/berth.yaml  ${XDG_CONFIG_HOME:-~/.config}/berth/…      DIR/berth.yaml
 * </pre>
 *
 * <p>Only names: nothing here looks at the disk, save {@link #userId()}.
 *
 * @param home where the store is
 * @param runDirectory what is gone after a reboot of the host: sockets, pidfiles
 * @param logDirectory logs of the host process and of its domains
 * @param cacheDirectory what can be worked out again: probed capabilities
 * @param controlSocket where the host answers
 * @param settingsFile settings as YAML; need not exist
 */
@Api(since = "0.1")
public record HomeLayout(
    Path home,
    Path runDirectory,
    Path logDirectory,
    Path cacheDirectory,
    Path controlSocket,
    Path settingsFile) {
  private static final String SOCKET_NAME = "control.sock";
  private static final String SETTINGS_NAME = "berth.yaml";
  private static final String NAME = "berth";

  private static final int ROOT = 0;

  /** The longest path that fits in {@code sockaddr_un.sun_path} with its closing NUL. */
  private static final int LONGEST_SOCKET_PATH = 107;

  /**
   * A checked layout.
   *
   * @throws InvalidRequestException when the control socket's path is too long for a socket
   */
  public HomeLayout {
    int length = controlSocket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_SOCKET_PATH) {
      throw new InvalidRequestException(
          "The control socket's path "
              + controlSocket
              + " is "
              + length
              + " bytes long, and a socket's path has at most "
              + LONGEST_SOCKET_PATH
              + ". Choose a home directory with a shorter path.");
    }
  }

  /**
   * The layout for a user.
   *
   * @param home the directory that everything goes under; without it the {@code BERTH_HOME} of the
   *     environment, and without that the system's directories for root and the XDG ones for others
   * @param environment variables of the process
   * @param userId numeric user id
   * @throws InvalidRequestException when the control socket's path is too long, or neither {@code
   *     HOME} nor an XDG variable says where an ordinary user's files go
   */
  public static HomeLayout of(Optional<Path> home, Map<String, String> environment, int userId) {
    if (home.isPresent()) {
      return under(home.get());
    }
    String fromEnvironment = environment.getOrDefault("BERTH_HOME", "");
    if (!fromEnvironment.isEmpty()) {
      return under(Path.of(fromEnvironment));
    }
    return userId == ROOT ? system() : ofUser(environment);
  }

  /** Everything under one directory; a relative one starts from the working directory. */
  public static HomeLayout under(Path directory) {
    Path home = directory.toAbsolutePath().normalize();
    return new HomeLayout(
        home,
        home.resolve("run"),
        home.resolve("log"),
        home.resolve("cache"),
        home.resolve(SOCKET_NAME),
        home.resolve(SETTINGS_NAME));
  }

  /** The layout of the one system host. */
  public static HomeLayout system() {
    Path run = Path.of("/run", NAME);
    return new HomeLayout(
        Path.of("/var/lib", NAME),
        run,
        Path.of("/var/log", NAME),
        Path.of("/var/cache", NAME),
        run.resolve(SOCKET_NAME),
        Path.of("/etc", NAME, SETTINGS_NAME));
  }

  private static HomeLayout ofUser(Map<String, String> environment) {
    Path home = xdg(environment, "XDG_DATA_HOME", ".local/share").resolve(NAME);
    Path run =
        directory(environment, "XDG_RUNTIME_DIR")
            .map(directory -> directory.resolve(NAME))
            .orElse(home.resolve("run"));
    return new HomeLayout(
        home,
        run,
        xdg(environment, "XDG_STATE_HOME", ".local/state").resolve(NAME),
        xdg(environment, "XDG_CACHE_HOME", ".cache").resolve(NAME),
        run.resolve(SOCKET_NAME),
        xdg(environment, "XDG_CONFIG_HOME", ".config").resolve(NAME).resolve(SETTINGS_NAME));
  }

  private static Path xdg(Map<String, String> environment, String variable, String fallback) {
    return directory(environment, variable)
        .or(() -> directory(environment, "HOME").map(home -> home.resolve(fallback)))
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    "Cannot tell where the host's files go: neither "
                        + variable
                        + " nor HOME is an absolute path. Set one, or give --home DIR."));
  }

  /** The directory a variable names; relative paths do not count, as the XDG rules have it. */
  private static Optional<Path> directory(Map<String, String> environment, String variable) {
    String value = environment.getOrDefault(variable, "");
    return value.startsWith("/") ? Optional.of(Path.of(value)) : Optional.empty();
  }

  /** The numeric id of the user this process runs as. */
  public static int userId() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException unreadable) {
      throw new HostFailureException(
          "Cannot tell which user this is: /proc/self is not readable. Mount /proc.", unreadable);
    }
  }
}
