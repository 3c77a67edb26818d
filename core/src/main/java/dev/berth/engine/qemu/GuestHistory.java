package dev.berth.engine.qemu;

import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineWatch.StopCause;
import dev.berth.engine.qemu.QemuNews.Note;
import dev.berth.engine.step.Actors;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of a guest's doing is recorded as events of its domain. Each type has a budget of its own,
 * so that a guest that resets or moves a tray without end hides no error of its disks; how many of
 * a type were left out is told with the next that is not. Owned by the driver.
 */
public final class GuestHistory {
  private static final Set<String> BY_QEMU =
      Set.of(
          EventTypes.MEMORY_FAILURE,
          EventTypes.VNC_CONNECTED,
          EventTypes.VNC_INITIALIZED,
          EventTypes.VNC_DISCONNECTED);

  private final Instant since;
  private final Map<String, EventBudget> budgets = new HashMap<>();
  private final Map<String, Integer> unrecorded = new HashMap<>();

  public GuestHistory(Instant now) {
    this.since = now;
  }

  /**
   * The notes that may be recorded now.
   *
   * @param unnoted how many of a type there were besides
   */
  public List<Note> recorded(List<Note> notes, Map<String, Integer> unnoted, Instant now) {
    List<Note> recorded = new ArrayList<>();
    for (Note note : notes) {
      EventBudget budget = budgets.computeIfAbsent(note.type(), type -> new EventBudget(since));
      if (budget.spend(now)) {
        recorded.add(withUnrecorded(note));
      } else {
        unrecorded.merge(note.type(), 1, GuestHistory::sum);
      }
    }
    unnoted.forEach((type, count) -> unrecorded.merge(type, count, GuestHistory::sum));
    return recorded;
  }

  private Note withUnrecorded(Note note) {
    Integer count = unrecorded.remove(note.type());
    return count == null ? note : with(note, "unrecorded", count.toString());
  }

  /** A guest that causes more than 2³¹ is told to have caused so many. */
  private static int sum(int one, int other) {
    long sum = (long) one + other;
    return (int) Math.min(Integer.MAX_VALUE, sum);
  }

  /** The notes with the names that a machine's devices have in the definition. */
  public static List<Note> named(List<Note> notes, Optional<LaunchRecord> launch) {
    return notes.stream()
        .map(
            note ->
                launch
                    .flatMap(record -> name(note, record))
                    .map(name -> with(note, "name", name))
                    .orElse(note))
        .toList();
  }

  private static Optional<String> name(Note note, LaunchRecord launch) {
    String node = note.attributes().getOrDefault("node", "");
    String device = note.attributes().getOrDefault("device", "");
    return launch.devices().stream()
        .filter(one -> one.nodes().contains(node) || one.id().equals(device))
        .map(DeviceRecord::name)
        .filter(name -> !name.isEmpty())
        .findFirst();
  }

  /** Whose doing it is: strangers at the screen and broken hardware are no guest's. */
  public static String actor(Note note) {
    return BY_QEMU.contains(note.type()) ? Actors.QEMU : Actors.GUEST;
  }

  /** Why the guest does not run, as the last of the notes that can be about that has it. */
  public static Optional<StopCause> cause(List<Note> notes) {
    Optional<StopCause> cause = Optional.empty();
    for (Note note : notes) {
      Map<String, String> told = note.attributes();
      if (note.type().equals(EventTypes.IO_ERROR) && told.get("action").equals("stop")) {
        cause = Optional.of(new StopCause(StateReason.IOERROR, ioError(told)));
      } else if (note.type().equals(EventTypes.PANICKED) && told.containsKey("info")) {
        cause =
            Optional.of(new StopCause(StateReason.PANICKED, "the guest told: " + told.get("info")));
      }
    }
    return cause;
  }

  private static String ioError(Map<String, String> told) {
    String disk =
        told.containsKey("name")
            ? "disk '" + told.get("name") + "'"
            : "block node '" + told.get("node") + "'";
    return told.get("operation") + " of " + disk + ": " + told.get("reason");
  }

  private static Note with(Note note, String attribute, String text) {
    Map<String, String> attributes = new LinkedHashMap<>(note.attributes());
    attributes.put(attribute, text);
    return new Note(note.type(), attributes);
  }
}
