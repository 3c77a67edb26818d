package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.Printable;
import dev.berth.control.ResultCodec;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.NotFoundException;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The domains a command was given: by name, UUID or pattern, or all there are. Nothing is meant by
 * accident: without any of these the command is refused, and a pattern that no domain matches is a
 * failure.
 */
final class DomainNames {
  private final Parameter<Boolean> all;
  private final Parameter<List<String>> words;

  DomainNames(Parameters parameters) {
    all = parameters.flag("--all", "Every domain there is, in place of names.");
    words =
        parameters.arguments(
            "0..*", "NAME", "The domains, by name, UUID or pattern such as 'web-*' (in quotes).");
  }

  /** A verb, on one domain. */
  @FunctionalInterface
  interface Verb {
    VerbResult apply(VmHost host, DomainRef domain);
  }

  /** What is done with one domain. */
  @FunctionalInterface
  interface Work {
    void on(VmHost host, DomainRef domain) throws IOException;
  }

  /**
   * Applies the verb to each domain and prints what came of it, as {@link #forEachDo} does.
   *
   * @return 0, or the highest exit code of the failures
   */
  int forEach(Session session, Verb verb) throws IOException, InterruptedException {
    return forEachDo(session, (host, domain) -> print(session.output(), verb.apply(host, domain)));
  }

  /**
   * Does the work for each domain, once however often it is meant. A failure is reported and does
   * not keep the others from their turn; only a host that cannot be reached does.
   *
   * @return 0, or the highest exit code of the failures
   */
  int forEachDo(Session session, Work work) throws IOException, InterruptedException {
    check();
    VmHost host = session.host();
    int worst = ExitCodes.OK;
    for (String name : chosen(host)) {
      try {
        work.on(host, one(name));
      } catch (HostUnreachableException gone) {
        throw gone;
      } catch (BerthException failure) {
        worst = Math.max(worst, ErrorReport.print(session.output(), failure));
      }
    }
    return worst;
  }

  private void check() {
    boolean named = words.given().isPresent();
    if (all.value() && named) {
      throw new UsageException("--all and names: give only one of them.");
    }
    if (!all.value() && !named) {
      throw new UsageException("Missing required parameter: 'NAME'; --all means every domain.");
    }
  }

  /** The names; a pattern is left in it when it matches nothing. */
  private Set<String> chosen(VmHost host) {
    List<String> given = words.given().orElse(List.of());
    Set<String> chosen = new LinkedHashSet<>(given);
    if (all.value() || given.stream().anyMatch(NamePattern::isPattern)) {
      List<String> known = host.list().stream().map(each -> each.name().text()).toList();
      chosen = all.value() ? new LinkedHashSet<>(known) : expanded(given, known);
    }
    return chosen;
  }

  private static Set<String> expanded(List<String> given, List<String> known) {
    Set<String> names = new LinkedHashSet<>();
    for (String word : given) {
      List<String> matching = List.of();
      if (NamePattern.isPattern(word)) {
        matching = known.stream().filter(NamePattern.of(word)::matches).toList();
      }
      names.addAll(matching.isEmpty() ? List.of(word) : matching);
    }
    return names;
  }

  private static DomainRef one(String name) {
    if (NamePattern.isPattern(name)) {
      throw noneIs(name);
    }
    return DomainRef.of(name);
  }

  /** What is said of a pattern, name or UUID that no domain has. */
  static NotFoundException noneIs(String word) {
    String what = NamePattern.isPattern(word) ? "No domain matches '" : "There is no domain '";
    return new NotFoundException(
        what + Printable.line(word) + "'. See 'vmctl list' for those there are.");
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
