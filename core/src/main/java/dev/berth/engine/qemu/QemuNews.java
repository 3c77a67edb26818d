package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.EventTypes;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpEvent;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpRecorder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the events of one QMP connection have told since the driver last looked. Events are folded
 * as they come, so that a guest that floods its host with them costs a constant amount of memory
 * and one turn at a time. Thread-safe.
 *
 * <p>Until the driver takes the machine up, news are kept and nobody is told.
 */
public final class QemuNews implements QmpEventListener {
  /**
   * Notes of one type kept between two turns: more than an event budget allows is never recorded
   * anyway.
   */
  private static final int NOTES = 32;

  /** Longer texts of a guest's making are cut. */
  private static final int TEXT = 200;

  /** By which nothing ends, and which each question would hold up: a guest stands. */
  private static final String SENDS_THE_REST = "device";

  /** The source of an _OST that is about an ejection, and the status of one that goes on. */
  private static final int EJECTION = 3;

  private static final int UNDER_WAY = 0x84;

  /** Something to be told to everybody. */
  public record Note(String type, Map<String, String> attributes) {}

  /**
   * What has happened.
   *
   * @param endedFromOutside QEMU was told to end by a signal or by another client
   * @param panicked whether the guest has panicked since its last reset; empty for no news
   * @param ask whether the run state may have changed
   * @param agentOpen whether the guest has the agent's port open; empty for no news
   * @param missed whether something has happened that is not known
   * @param unplugged whether devices may be gone
   * @param resized whether the guest may have more memory or less
   * @param refused ids of devices that the guest does not let go
   * @param dumped that a dump of memory is over, with what went wrong with it; empty for no news
   * @param jobEnded whether a job of QEMU's, or a migration, may be over
   * @param notes what is to be told, in its order
   * @param unnoted how many of a type there were besides
   */
  public record Digest(
      boolean endedFromOutside,
      Optional<Boolean> panicked,
      boolean ask,
      Optional<Boolean> agentOpen,
      boolean missed,
      boolean unplugged,
      boolean resized,
      Set<String> refused,
      Optional<String> dumped,
      boolean jobEnded,
      List<Note> notes,
      Map<String, Integer> unnoted) {}

  private final QmpRecorder recorder;
  private final QmpFeed feed;
  private final List<Note> notes = new ArrayList<>();
  private final Map<String, Integer> unnoted = new HashMap<>();
  private boolean resetIsOfAssembly;
  private boolean endedFromOutside;
  private Optional<Boolean> panicked = Optional.empty();
  private boolean ask;
  private Optional<Boolean> agentOpen = Optional.empty();
  private boolean missed;
  private boolean unplugged;
  private boolean resized;
  private final Set<String> refused = new HashSet<>();
  private Optional<String> dumped = Optional.empty();
  private boolean jobEnded;
  private boolean announced;
  private @Nullable Runnable announce;

  /**
   * No news yet.
   *
   * @param recorder notes the connection's messages
   * @param feed keeps its events for those who watch
   */
  public QemuNews(QmpRecorder recorder, QmpFeed feed) {
    this.recorder = recorder;
    this.feed = feed;
  }

  @Override
  public QmpRecorder recorder() {
    return recorder;
  }

  @Override
  public void event(QmpEvent event) {
    feed.event(event);
    Optional<Note> note = GuestNotes.of(event);
    tell(
        () -> {
          note.ifPresent(this::note);
          fold(event.name(), event.data());
        });
  }

  @Override
  public void missed(long count) {
    feed.missed(count);
    tell(
        () -> {
          ask = true;
          missed = true;
          unplugged = true;
          jobEnded = true;
        });
  }

  /**
   * From now on {@code announce} is run whenever there are news and the last ones were taken.
   *
   * @param announce posts a turn
   */
  public void follow(Runnable announce) {
    synchronized (this) {
      this.announce = announce;
    }
    tell(() -> {});
  }

  /**
   * Forgets the notes: the reset that ends a machine's assembly is nobody's news, also when it is
   * told late. Resets from outside the guest are news again once {@link #resetAsked} was called.
   */
  public synchronized void assembled() {
    notes.clear();
    unnoted.clear();
    resetIsOfAssembly = true;
  }

  /** Somebody has asked for a reset. */
  public synchronized void resetAsked() {
    resetIsOfAssembly = false;
  }

  /** What has happened since the last call. */
  public synchronized Digest take() {
    Digest digest =
        new Digest(
            endedFromOutside,
            panicked,
            ask,
            agentOpen,
            missed,
            unplugged,
            resized,
            Set.copyOf(refused),
            dumped,
            jobEnded,
            List.copyOf(notes),
            Map.copyOf(unnoted));
    notes.clear();
    unnoted.clear();
    unplugged = false;
    resized = false;
    refused.clear();
    dumped = Optional.empty();
    jobEnded = false;
    panicked = Optional.empty();
    ask = false;
    agentOpen = Optional.empty();
    missed = false;
    announced = false;
    return digest;
  }

  private void tell(Runnable fold) {
    Runnable due = null;
    synchronized (this) {
      fold.run();
      if (announce != null && !announced && isNews()) {
        announced = true;
        due = announce;
      }
    }
    if (due != null) {
      due.run();
    }
  }

  private boolean isNews() {
    return ask
        || agentOpen.isPresent()
        || unplugged
        || resized
        || !refused.isEmpty()
        || dumped.isPresent()
        || jobEnded
        || !notes.isEmpty();
  }

  private void fold(String event, JsonNode data) {
    switch (event) {
      case "SHUTDOWN" -> shutdown(text(data, "reason"));
      case "GUEST_PANICKED" -> panicked = Optional.of(true);
      case "RESET" -> {
        panicked = Optional.of(false);
        String cause = text(data, "reason");
        if (!resetIsOfAssembly || !cause.equals("host-qmp-system-reset")) {
          note(new Note(EventTypes.RESET, Map.of("cause", cause)));
        }
      }
      case "VSERPORT_CHANGE" -> {
        if (text(data, "id").equals(LaunchRecord.AGENT_PORT)) {
          agentOpen = Optional.of(data.path("open").asBoolean());
        }
        return;
      }
      case "DEVICE_DELETED" -> {
        unplugged = true;
        return;
      }
      case "DEVICE_UNPLUG_GUEST_ERROR", "MEM_UNPLUG_ERROR" -> {
        refuse(text(data, "device"));
        return;
      }
      case "BALLOON_CHANGE", "MEMORY_DEVICE_SIZE_CHANGE" -> {
        resized = true;
        return;
      }
      case "ACPI_DEVICE_OST" -> {
        ejection(data.path("info"));
        return;
      }
      case "JOB_STATUS_CHANGE" -> {
        jobEnded |= Set.of("ready", "concluded").contains(text(data, "status"));
        return;
      }
      case "MIGRATION" -> {
        jobEnded |= !text(data, "status").equals(SENDS_THE_REST);
        return;
      }
      case "DUMP_COMPLETED" -> dumped = Optional.of(text(data, "error"));
      case "BLOCK_IO_ERROR", "STOP", "RESUME", "SUSPEND", "WAKEUP", "WATCHDOG" -> {}
      default -> {
        return;
      }
    }
    ask = true;
  }

  /** What a guest has made of a request to let go of a CPU or of memory, by ACPI's _OST. */
  private void ejection(JsonNode info) {
    int status = info.path("status").asInt();
    if (info.path("source").asInt() == EJECTION && status != 0 && status != UNDER_WAY) {
      refuse(text(info, "device"));
    }
  }

  private void refuse(String device) {
    if (refused.size() < NOTES) {
      refused.add(device);
    }
  }

  private void shutdown(String reason) {
    if (reason.equals("host-signal") || reason.equals("host-qmp-quit")) {
      endedFromOutside = true;
    } else if (reason.equals("guest-panic")) {
      panicked = Optional.of(true);
    }
  }

  private void note(Note note) {
    long before = notes.stream().filter(one -> one.type().equals(note.type())).count();
    if (before < NOTES) {
      notes.add(note);
    } else {
      unnoted.merge(note.type(), 1, Integer::sum);
    }
  }

  private static String text(JsonNode data, String member) {
    String text = data.path(member).asText("");
    return text.length() <= TEXT ? text : text.substring(0, TEXT);
  }
}
