package dev.berth.guest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpRecorder;
import dev.berth.qmp.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One command, from the search for an agent to the answer. Of one thread. */
final class AgentCall<R extends @Nullable Object> {
  /** What a guest may send in one call, of whatever: one greatest answer, and as much before it. */
  static final int MAX_INPUT_BYTES = 2 * AgentLines.MAX_LINE_BYTES;

  /** Lines that are read in one call in search of the answer; an honest agent needs three. */
  static final int MAX_READ_LINES = 1000;

  /** Ids up to here are whole numbers in every JSON reader. */
  private static final long MAX_ID = 1L << 53;

  /**
   * How long an answer to the synchronisation is waited for until it is asked again: an agent that
   * is restarted may have taken the question along. Doubles each time; a guest that boots takes
   * long.
   */
  private static final Duration FIRST_REPEAT = Duration.ofSeconds(2);

  private static final Duration LONGEST_REPEAT = Duration.ofSeconds(30);

  /** What others have to say to the one who waits. */
  interface Signals {
    /** Why nobody wants the answer any more; null while somebody does. */
    @Nullable String closedBecause();

    /** Changes when the guest has opened or closed its side of the port. */
    long restarts();

    /** Changes when the guest has been suspended. */
    long suspensions();

    /** Whether the guest has closed its side, and not opened it since. */
    boolean isAbsent();

    /** Whether QEMU, through which everything goes, answers nothing. */
    boolean isStalled();
  }

  private final AgentChannel channel;
  private final QmpCommand<R> command;
  private final Deadline deadline;
  private final Signals signals;
  private final QmpRecorder recorder;
  private final AgentFailures failures;
  private final AgentLines lines = new AgentLines(AgentLines.MAX_LINE_BYTES);
  private Deadline repeat = Deadline.none();
  private long seenRestarts;
  private long received;
  private int readLines;
  private boolean sent;
  private boolean broken;

  /** Whether the command is such that its success is seen by the end of the agent. */
  private boolean isFatal;

  private long seenSuspensions;

  AgentCall(
      AgentChannel channel,
      QmpCommand<R> command,
      Deadline deadline,
      Signals signals,
      QmpRecorder recorder) {
    this.channel = channel;
    this.command = command;
    this.deadline = deadline;
    this.signals = signals;
    this.recorder = recorder;
    this.failures = new AgentFailures(command.command());
    this.seenRestarts = signals.restarts();
  }

  /** Whether the channel is of no more use. */
  boolean isBroken() {
    return broken;
  }

  /** Returns when an agent has answered, and all that came before its answer is dropped. */
  void synchronise() throws IOException, InterruptedException {
    boolean answered = false;
    Duration pause = FIRST_REPEAT;
    while (!answered) {
      seenRestarts = signals.restarts();
      requirePresent();
      repeat = Deadline.of(pause);
      pause = shorter(pause.multipliedBy(2), LONGEST_REPEAT);
      long id = ThreadLocalRandom.current().nextLong(1, MAX_ID);
      byte[] line = synchronisation(id);
      ByteBuffer delimited = ByteBuffer.allocate(1 + line.length).put((byte) 0xff).put(line).flip();
      write(delimited);
      answered = awaitId(id); // the latest id: answers to earlier ones would come after it
    }
    repeat = Deadline.none();
  }

  private static byte[] synchronisation(long id) {
    ObjectNode message = Json.object().put("execute", "guest-sync-delimited");
    message.putObject("arguments").put("id", id);
    return line(message);
  }

  /** Sends the command. */
  void send() throws IOException, InterruptedException {
    ObjectNode arguments = command.arguments();
    byte[] line = line(message(arguments));
    write(ByteBuffer.wrap(line));
    sent = true;
    ObjectNode masked = Secrets.masked(command.command(), arguments);
    byte[] shown = masked == arguments ? line : line(message(masked));
    recorder.message(QmpRecorder.Direction.SENT, shown, 0, shown.length - 1);
  }

  private ObjectNode message(ObjectNode arguments) {
    ObjectNode message = Json.object().put("execute", command.command());
    if (!arguments.isEmpty()) {
      message.set("arguments", arguments);
    }
    return message;
  }

  /** Waits for the answer; what is none is passed over. */
  R answer() throws IOException, InterruptedException {
    while (true) {
      AgentLines.Line line = nextLine().orElseThrow(failures::restarted);
      JsonNode reply = read(line);
      requireNoRefusal(line, reply);
      if (reply.has("return")) {
        note(line);
        return decode(reply.path("return"));
      }
    }
  }

  /**
   * Waits until a command that is not answered has been carried out or refused. An agent takes one
   * command after the other: when it answers a synchronisation that was sent behind the command, it
   * is through with that. It need not get so far: then its end, or that of its guest or machine,
   * says the same.
   */
  void awaitEffect() throws InterruptedException {
    isFatal = true;
    seenSuspensions = signals.suspensions();
    try {
      long id = ThreadLocalRandom.current().nextLong(1, MAX_ID);
      write(ByteBuffer.wrap(synchronisation(id))); // no 0xFF, which agents answer with an error
      boolean done = false;
      while (!done) {
        Optional<AgentLines.Line> line = nextLine();
        JsonNode reply = line.isPresent() ? read(line.get()) : Json.object();
        line.ifPresent(each -> requireNoRefusal(each, reply));
        done = line.isEmpty() || reply.path("return").longValue() == id;
      }
    } catch (IOException gone) {
      broken = true;
    }
  }

  private void requireNoRefusal(AgentLines.Line line, JsonNode reply) {
    if (reply.path("error") instanceof ObjectNode error) {
      note(line);
      throw QemuRefusedException.byGuestAgent(
          command.command(),
          Json.optionalText(error, "class").orElse("GenericError"),
          Json.optionalText(error, "desc").orElse("no description"));
    }
  }

  private void note(AgentLines.Line answer) {
    byte[] shown =
        Secrets.inReply(command.command(), command.arguments())
            ? Json.bytes(Json.object().put("return", Secrets.MASK))
            : answer.bytes();
    recorder.message(QmpRecorder.Direction.RECEIVED, shown, 0, shown.length);
  }

  /** What a failure of the socket means. */
  BerthException failed(IOException e) {
    return ended("it failed: " + e.getMessage(), e);
  }

  private boolean awaitId(long id) throws IOException, InterruptedException {
    while (true) {
      Optional<AgentLines.Line> line = nextLine();
      if (line.isEmpty()) {
        return false;
      }
      JsonNode answer = line.get().delimited() ? read(line.get()).path("return") : Json.object();
      if (answer.isIntegralNumber() && answer.longValue() == id) {
        return true;
      }
    }
  }

  /** The document in that line; an empty one when there is none. */
  private JsonNode read(AgentLines.Line line) {
    readLines++;
    if (readLines > MAX_READ_LINES) {
      throw flooded();
    }
    try {
      return Json.read(line.bytes());
    } catch (IOException e) {
      return Json.object();
    }
  }

  private R decode(JsonNode value) {
    try {
      return command.decode(value);
    } catch (MalformedReplyException e) {
      throw failures.unreadable(e);
    }
  }

  /**
   * The next line; empty when whoever listens now may not have heard what was sent, or when there
   * is nobody any more and that is how it should be.
   */
  private Optional<AgentLines.Line> nextLine() throws IOException, InterruptedException {
    while (true) {
      Optional<AgentLines.Line> line = lines.next(channel.input());
      if (line.isPresent()) {
        return line;
      }
      if (signals.restarts() != seenRestarts || (isFatal && isOver())) {
        return Optional.empty();
      }
      requireUse();
      int count = channel.read();
      if (count < 0 && isFatal) {
        broken = true;
        return Optional.empty();
      }
      if (count < 0) {
        throw ended("QEMU closed it", null);
      }
      received += count;
      if (received > MAX_INPUT_BYTES) {
        throw flooded();
      }
      if (count == 0) {
        channel.awaitReadable(earlier(deadline, repeat));
      }
      if (deadline.hasPassed()) {
        throw failures.late(sent);
      }
      if (repeat.hasPassed()) {
        return Optional.empty();
      }
    }
  }

  private void write(ByteBuffer message) throws IOException, InterruptedException {
    channel.write(message);
    while (message.hasRemaining()) {
      requireUse();
      requirePresent(); // what nobody has read to its end was not sent
      if (channel.awaitWritable(deadline) == AgentChannel.Waited.LATE) {
        throw failures.late(
            sent); // the agent never sees the end of it, and 0xFF comes before what is next
      }
      channel.write(message);
    }
  }

  /** Fails when there is no use in waiting any longer. */
  private void requireUse() {
    String why = signals.closedBecause();
    if (why != null) {
      throw ended(why, null);
    }
    if (signals.isStalled() && !deadline.isLimited()) {
      throw failures.stalled(sent);
    }
  }

  private void requirePresent() {
    if (signals.isAbsent()) {
      throw failures.absent();
    }
  }

  private BerthException ended(String why, @Nullable IOException cause) {
    broken = true;
    return failures.ended(sent, why, cause);
  }

  private BerthException flooded() {
    broken = true;
    return failures.flooded(sent, received);
  }

  private boolean isOver() {
    return signals.closedBecause() != null || signals.suspensions() != seenSuspensions;
  }

  private static Deadline earlier(Deadline one, Deadline other) {
    return one.remainingNanos() <= other.remainingNanos() ? one : other;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static byte[] line(ObjectNode message) {
    byte[] json = Json.bytes(message);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }
}
