package dev.berth.engine.console;

import java.util.Optional;

/**
 * Which serial port or channel of which domain.
 *
 * @param domain its name
 * @param name the port's; empty for the first serial port, which is the console
 */
public record ConsolePort(String domain, Optional<String> name) {

  /** As messages have it. */
  @Override
  public String toString() {
    return name.map(port -> "port '" + port + "'").orElse("the console")
        + " of domain '"
        + domain
        + "'";
  }
}
