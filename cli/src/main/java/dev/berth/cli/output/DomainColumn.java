package dev.berth.cli.output;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.MachineSummary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a listing of domains can show of each. */
public enum DomainColumn {
  NAME,
  UUID,
  STATE,
  REASON,
  CPUS,
  MEMORY,
  AGE,
  SINCE,
  PID,
  LIVENESS,
  NOTE,
  REVISION,
  LABELS,
  MACHINE,
  QEMU,
  ACCELERATOR;

  /** Those of a table where nobody says otherwise. */
  public static final List<DomainColumn> FOR_PEOPLE =
      List.of(NAME, STATE, REASON, CPUS, MEMORY, AGE, PID, LIVENESS, NOTE);

  /**
   * Those of CSV where nobody says otherwise: what does not change by itself. New ones come last.
   */
  public static final List<DomainColumn> FOR_PROGRAMS =
      List.of(NAME, UUID, STATE, REASON, CPUS, MEMORY, SINCE, PID);

  /** The column as it is named on the command line and by CSV's first line. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it says of a domain; empty when there is nothing to say. */
  String of(DomainSnapshot domain, DomainText words) {
    Optional<MachineSummary> machine = domain.machine();
    return switch (this) {
      case NAME -> domain.name().text();
      case UUID -> domain.uuid().toString();
      case STATE -> domain.status().state().text();
      case REASON -> domain.status().reason().text();
      case CPUS -> Integer.toString(domain.definition().cpus());
      case MEMORY -> domain.definition().memory().toString();
      case AGE -> words.age(domain.status().since());
      case SINCE -> domain.status().since().toString();
      case PID -> pid(machine);
      case LIVENESS -> words.liveness(machine);
      case NOTE -> words.note(domain);
      case REVISION -> Long.toString(domain.definition().revision());
      case LABELS -> labels(domain.definition().labels());
      case MACHINE -> machine.isPresent() ? machine.get().machineType() : "";
      case QEMU -> machine.isPresent() ? machine.get().qemuVersion() : "";
      case ACCELERATOR -> machine.isPresent() ? machine.get().accelerator() : "";
    };
  }

  private static String pid(Optional<MachineSummary> machine) {
    return machine.isPresent() && machine.get().pid().isPresent()
        ? Long.toString(machine.get().pid().get())
        : "";
  }

  private static String labels(Map<String, String> labels) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
      text.append(text.isEmpty() ? "" : ",").append(label.getKey());
      text.append('=').append(label.getValue());
    }
    return Printable.line(text.toString());
  }
}
