package dev.berth.cli;

import dev.berth.config.HomeLayout;
import dev.berth.error.InvalidRequestException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which host to talk to. The command line goes before the environment, and an address before a
 * home:
 *
 * <ol>
 *   <li>{@code --connect URI}
 *   <li>{@code --home DIR}
 *   <li>{@code BERTH_URI}
 *   <li>{@code BERTH_HOME}
 *   <li>the system's host, when its socket is accessible
 *   <li>the user's own host; for root that is the system's
 * </ol>
 *
 * @param uri where it answers
 * @param layout the home that the address follows from; empty when the address was given
 */
record HostAddress(URI uri, Optional<HomeLayout> layout) {

  /** The choice, given the two options and the environment. */
  static HostAddress choose(
      Optional<String> connect, Optional<String> home, Environment environment) {
    if (connect.isPresent() && home.isPresent()) {
      throw new UsageException(
          "--connect and --home both say which host to talk to. Give only one of them.");
    }
    if (connect.isPresent()) {
      return new HostAddress(parse(connect.get(), "--connect"), Optional.empty());
    }
    Map<String, String> variables = environment.variables();
    String uri = variables.getOrDefault("BERTH_URI", "");
    if (home.isEmpty() && !uri.isEmpty()) {
      return new HostAddress(parse(uri, "BERTH_URI"), Optional.empty());
    }
    Optional<Path> directory = home.map(environment.workingDirectory()::resolve);
    boolean homeIsGiven =
        directory.isPresent() || !variables.getOrDefault("BERTH_HOME", "").isEmpty();
    if (!homeIsGiven && Files.isWritable(HomeLayout.system().controlSocket())) {
      return of(HomeLayout.system());
    }
    return of(HomeLayout.of(directory, variables, environment.userId()));
  }

  private static HostAddress of(HomeLayout layout) {
    return new HostAddress(uri(layout.controlSocket()), Optional.of(layout));
  }

  /** Whether it may be on another machine, whose processes and files are not those of this one. */
  boolean isElsewhere() {
    return "tls".equals(uri.getScheme());
  }

  /** The address of a control socket. */
  static URI uri(Path socket) {
    try {
      return new URI("unix", null, socket.toString(), null);
    } catch (URISyntaxException impossible) {
      throw new IllegalArgumentException("no address: " + socket, impossible);
    }
  }

  /**
   * An address as it was written.
   *
   * @param source where it was written
   * @throws InvalidRequestException when it is none
   */
  static URI parse(String text, String source) {
    try {
      return new URI(text);
    } catch (URISyntaxException malformed) {
      throw new InvalidRequestException(
          source
              + " '"
              + text
              + "' is no address: use one such as unix:///run/berth/control.sock or tls://HOST.",
          malformed);
    }
  }
}
