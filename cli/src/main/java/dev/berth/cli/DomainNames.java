package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.Printable;
import dev.berth.control.ResultCodec;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import java.io.IOException;
import java.util.List;

/** The domains a command was given, by name or UUID. */
final class DomainNames {
  private final Parameter<List<String>> names;

  DomainNames(Parameters parameters) {
    names = parameters.arguments("1..*", "NAME", "The domains, by name or UUID.");
  }

  /** A verb, on one domain. */
  @FunctionalInterface
  interface Verb {
    VerbResult apply(DomainRef domain);
  }

  /** What is done with one domain. */
  @FunctionalInterface
  interface Work {
    void on(DomainRef domain) throws IOException;
  }

  /**
   * Applies the verb to each domain and prints what came of it, as {@link #forEachDo} does.
   *
   * @return 0, or the highest exit code of the failures
   */
  int forEach(Session session, Verb verb) throws IOException {
    return forEachDo(session, domain -> print(session.output(), verb.apply(domain)));
  }

  /**
   * Does the work for each domain. A failure is reported and does not keep the others from their
   * turn; only a host that cannot be reached does.
   *
   * @return 0, or the highest exit code of the failures
   */
  int forEachDo(Session session, Work work) throws IOException {
    int worst = ExitCodes.OK;
    for (String name : names.value()) {
      try {
        work.on(DomainRef.of(name));
      } catch (HostUnreachableException gone) {
        throw gone;
      } catch (BerthException failure) {
        worst = Math.max(worst, ErrorReport.print(session.output(), failure));
      }
    }
    return worst;
  }

  /** Prints how a verb ended. */
  static void print(Output output, VerbResult result) throws IOException {
    output.item(() -> ResultCodec.write(result), () -> sentence(result));
  }

  /**
   * For example {@code web-1: already shutoff (shutdown)}, or {@code web-1: shutoff (destroyed);
   * killed: QEMU did not end within 10 s}.
   */
  static String sentence(VerbResult result) {
    DomainStatus status = result.snapshot().status();
    String name = result.snapshot().name().text();
    String state = status.state().text() + " (" + status.reason().text() + ")";
    return switch (result.effect()) {
      case ALREADY -> name + ": already " + state;
      case CHANGED -> name + ": " + state + addition(result.detail(), status.reason());
    };
  }

  /** What the detail says beyond the reason. */
  private static String addition(String detail, StateReason reason) {
    boolean saysMore = !detail.isEmpty() && !detail.equals(reason.text());
    return saysMore ? "; " + Printable.line(detail) : "";
  }
}
