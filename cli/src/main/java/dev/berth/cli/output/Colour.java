package dev.berth.cli.output;

import dev.berth.doctor.Verdict;
import dev.berth.domain.DomainState;

/** The colours of a terminal, or none. */
public enum Colour {
  /** Plain text. */
  NONE,
  /** ANSI escape sequences. */
  ANSI;

  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String RED = "\u001b[31m";
  private static final String FAINT = "\u001b[2m";
  private static final String RESET = "\u001b[0m";

  /** Text in the colour of a state. */
  String paint(DomainState state, String text) {
    return this == NONE ? text : code(state) + text + RESET;
  }

  /** Text in the colour of a verdict. */
  String paint(Verdict verdict, String text) {
    return this == NONE ? text : code(verdict) + text + RESET;
  }

  private static String code(Verdict verdict) {
    return switch (verdict) {
      case OK -> GREEN;
      case NOTE -> YELLOW;
      case PROBLEM -> RED;
    };
  }

  private static String code(DomainState state) {
    return switch (state) {
      case RUNNING -> GREEN;
      case ADOPTING, PAUSED, SHUTDOWN, PMSUSPENDED -> YELLOW;
      case CRASHED, NOSTATE -> RED;
      case SHUTOFF -> FAINT;
    };
  }
}
