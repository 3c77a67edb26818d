package dev.berth.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.qapi.agent.GuestAgentCommandInfo;
import dev.berth.qapi.agent.GuestAgentInfo;
import dev.berth.qapi.agent.GuestInfo;
import dev.berth.qapi.agent.GuestPing;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.RawCommand;
import dev.berth.socket.UnixConnect;
import dev.berth.testing.AgentMisbehaviour;
import dev.berth.testing.FakeAgent;
import dev.berth.testing.LeakCheck;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
@Timeout(120)
final class GuestAgentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);

  @TempDir Path directory;
  private FakeAgent fake;
  private GuestAgent agent;

  private GuestAgent listen(AgentMisbehaviour misbehaviour) {
    fake = FakeAgent.listen(directory.resolve("agent"), misbehaviour);
    agent = new GuestAgent(fake.socket());
    return agent;
  }

  @AfterEach
  void close() {
    if (agent != null) {
      agent.close();
    }
    if (fake != null) {
      fake.close();
    }
  }

  @Test
  void commandsAreAnsweredOneAfterTheOther() throws InterruptedException {
    listen(AgentMisbehaviour.NONE).execute(new GuestPing(), soon());
    GuestAgentInfo info = agent.execute(new GuestInfo(), soon());

    assertThat(info.version()).isEqualTo("7.2.22");
    assertThat(info.supportedCommands())
        .containsExactly(new GuestAgentCommandInfo("guest-ping", true, Optional.of(true)));
    assertThat(fake.received())
        .extracting(FakeAgent.Received::command)
        .containsExactly("guest-ping", "guest-info");
  }

  @Test
  void argumentsReachTheAgent() throws InterruptedException {
    listen(AgentMisbehaviour.NONE);
    fake.answer("guest-exec", "{\"pid\": 7}");
    ObjectNode arguments = Json.object().put("path", "/bin/true");

    JsonNode answer = agent.execute(new RawCommand("guest-exec", arguments), soon());

    assertThat(answer).isEqualTo(Json.object().put("pid", 7));
    assertThat(fake.received().get(0).arguments()).isEqualTo(arguments);
  }

  @Test
  void aRefusalIsTheAgentsOwn() {
    listen(AgentMisbehaviour.NONE);
    fake.refuse("guest-fstrim", "GenericError", "the agent is frozen");

    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> agent.execute(command("guest-fstrim"), soon()))
        .withMessage("The guest agent refused 'guest-fstrim': the agent is frozen (GenericError)");
  }

  @ParameterizedTest
  @EnumSource(names = {"OLD_ANSWERS_FIRST", "GARBAGE_FIRST", "SINGLE_BYTES"})
  void whatIsNoAnswerIsPassedOver(AgentMisbehaviour misbehaviour) throws InterruptedException {
    listen(misbehaviour);
    fake.answer("guest-get-time", "1234567890");

    assertThat(agent.execute(command("guest-get-time"), soon()).longValue()).isEqualTo(1234567890);
    assertThat(agent.execute(command("guest-get-time"), soon()).longValue()).isEqualTo(1234567890);
  }

  @Test
  void aSynchronisationThatGetsLostIsRepeated() throws InterruptedException {
    listen(AgentMisbehaviour.FORGETS_FIRST_SYNC).execute(new GuestPing(), soon());

    assertThat(fake.received()).hasSize(1);
  }

  @Test
  void aLateAnswerIsNotTakenForTheNextOnes() throws InterruptedException {
    listen(AgentMisbehaviour.NONE);
    fake.answer("guest-get-time", "1").hold("guest-get-time");
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(command("guest-get-time"), Deadline.of(SHORT)));
    fake.awaitReceived(1, PATIENCE);

    fake.release("guest-get-time");
    fake.answer("guest-get-time", "2");

    assertThat(agent.execute(command("guest-get-time"), soon()).intValue()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENT", "NEVER_READS"})
  void withoutAnAgentACommandIsNotSent(AgentMisbehaviour misbehaviour) {
    listen(misbehaviour);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.of(SHORT)))
        .withMessageContaining("'guest-ping' was not sent");
    assertThat(fake.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENT_AFTER_SYNC", "HALF_ANSWER"})
  void anAgentThatFallsSilentMayHaveDoneIt(AgentMisbehaviour misbehaviour) {
    listen(misbehaviour);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.of(Duration.ofSeconds(2))))
        .withMessageContaining("may still carry it out");
  }

  @Test
  void aChannelThatEndsBeforeTheCommandIsSentIsLost() {
    listen(AgentMisbehaviour.HANGS_UP);

    assertThatExceptionOfType(MachineLostException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()))
        .withMessageContaining("Cannot send 'guest-ping' to the guest agent");
  }

  @Test
  void aChannelThatEndsAfterwardsLeavesTheOutcomeUnknown() {
    listen(AgentMisbehaviour.HANGS_UP_AT_COMMAND);

    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()))
        .withMessageContaining("may have been carried out");
  }

  @Test
  void theNextCommandConnectsAnew() throws InterruptedException {
    listen(AgentMisbehaviour.NONE).execute(new GuestPing(), soon());
    fake.hangUp();
    assertThatExceptionOfType(MachineLostException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()));

    agent.execute(new GuestPing(), soon());
  }

  @Test
  void aQemuThatTakesNoConnectionHoldsUpNobody() throws Exception {
    Path socket = directory.resolve("agent");
    try (ServerSocketChannel qemu = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      qemu.bind(UnixDomainSocketAddress.of(socket), 1);
      List<SocketChannel> waiting = new ArrayList<>();
      boolean taken = true;
      while (taken) {
        SocketChannel next = SocketChannel.open(StandardProtocolFamily.UNIX);
        next.configureBlocking(false);
        waiting.add(next);
        taken = UnixConnect.atOnce(next, socket);
      }
      agent = new GuestAgent(socket);

      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.none()))
          .withMessageContainingAll("guest-ping", "takes no connection");
      for (SocketChannel each : waiting) {
        each.close();
      }
    }
  }

  @Test
  void withoutAChannelTheHostLacksIt() {
    agent = new GuestAgent(directory.resolve("none"));

    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()))
        .withMessageContaining("cannot be reached");
  }

  @ParameterizedTest
  @EnumSource(names = {"ENDLESS_LINE", "ENDLESS_LINES"})
  void aFloodInsteadOfAnAnswerEndsTheCall(AgentMisbehaviour misbehaviour) {
    listen(misbehaviour);

    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()))
        .withMessageContaining("with no answer to 'guest-ping'");
  }

  @Test
  void aFloodInsteadOfTheSynchronisationEndsTheCallToo() {
    listen(AgentMisbehaviour.ENDLESS_SYNCS);

    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()))
        .withMessageContaining("which was not sent");
  }

  @Test
  void aFloodDoesNotOutlastTheDeadline() {
    listen(AgentMisbehaviour.ENDLESS_SYNCS);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.of(Duration.ofMillis(1))));
  }

  @Test
  void anAnswerThatLacksAMemberLeavesTheOutcomeUnknown() throws InterruptedException {
    listen(AgentMisbehaviour.NONE);
    fake.answer("guest-info", "{\"version\": 7}");

    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> agent.execute(new GuestInfo(), soon()))
        .withMessageContaining("cannot be read");
    agent.execute(new GuestPing(), soon());
  }

  @Test
  void othersWaitTheirTurnAndNoLongerThanTheirDeadline() throws Exception {
    listen(AgentMisbehaviour.NONE);
    fake.answer("guest-get-time", "1").hold("guest-get-time");
    CompletableFuture<JsonNode> first =
        async(() -> agent.execute(command("guest-get-time"), soon()));
    fake.awaitReceived(1, PATIENCE);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.of(SHORT)))
        .withMessageContaining("'guest-get-time' was waiting for its answer");
    CompletableFuture<JsonNode> second =
        async(() -> agent.execute(command("guest-get-time"), soon()));
    fake.release("guest-get-time");

    assertThat(first.get(60, TimeUnit.SECONDS).intValue()).isEqualTo(1);
    assertThat(second.get(60, TimeUnit.SECONDS).intValue()).isEqualTo(1);
  }

  @Test
  void anAgentThatIsRestartedDoesNotAnswerAnyMore() throws Exception {
    listen(AgentMisbehaviour.SILENT_AFTER_SYNC);
    CompletableFuture<JsonNode> call = async(() -> agent.execute(command("guest-ping"), soon()));
    fake.awaitReceived(1, PATIENCE);

    agent.restarted();

    assertThat(failure(call))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("ended before it answered 'guest-ping'");
  }

  @Test
  void withoutAnAgentACommandFailsAtOnceUntilThereIsOne() throws Exception {
    listen(AgentMisbehaviour.SILENT);
    CompletableFuture<JsonNode> waiting = async(() -> agent.execute(command("guest-ping"), soon()));

    agent.ended();

    assertThat(failure(waiting))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("not running in the guest");
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.none()));
    agent.restarted();
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.of(SHORT)));
  }

  @Test
  void whileQemuIsStalledOnlyCallsWithADeadlineWait() throws Exception {
    listen(AgentMisbehaviour.SILENT);
    CompletableFuture<JsonNode> waiting =
        async(() -> agent.execute(command("guest-ping"), Deadline.none()));

    agent.stalls();

    assertThat(failure(waiting)).isInstanceOf(MachineStalledException.class);
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.of(SHORT)));
    agent.goesOn();
    CompletableFuture<JsonNode> next =
        async(() -> agent.execute(command("guest-ping"), Deadline.none()));
    agent.close("the test is over");
    assertThat(failure(next)).hasMessageContaining("the test is over");
  }

  @Test
  void commandsAndAnswersAreNotedWithoutTheirSecrets() throws Exception {
    fake = FakeAgent.listen(directory.resolve("agent"));
    var noted = new ArrayList<String>();
    agent =
        new GuestAgent(
            fake.socket(),
            (direction, buffer, offset, length) ->
                noted.add(direction + new String(buffer, offset, length, StandardCharsets.UTF_8)));
    fake.answer("guest-file-read", "{\"buf-b64\": \"secret\"}");
    fake.answer("guest-file-write", "{\"count\": 6}");

    agent.execute(new RawCommand("guest-file-read", Json.object().put("handle", 7)), soon());
    agent.execute(
        new RawCommand("guest-file-write", Json.object().put("buf-b64", "secret")), soon());

    assertThat(noted)
        .containsExactly(
            "SENT{\"execute\":\"guest-file-read\",\"arguments\":{\"handle\":7}}",
            "RECEIVED{\"return\":\"***\"}",
            "SENT{\"execute\":\"guest-file-write\",\"arguments\":{\"buf-b64\":\"***\"}}",
            "RECEIVED {\"return\":{\"count\":6}}");
  }

  @Test
  void closingEndsACallThatWaits() throws Exception {
    listen(AgentMisbehaviour.SILENT_AFTER_SYNC);
    CompletableFuture<JsonNode> call = async(() -> agent.execute(command("guest-ping"), soon()));
    fake.awaitReceived(1, PATIENCE);

    agent.close();

    assertThat(failure(call)).isInstanceOf(OutcomeUnknownException.class);
    assertThatExceptionOfType(MachineLostException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()));
  }

  @Test
  void interruptionEndsTheWaitOnly() throws Exception {
    listen(AgentMisbehaviour.NONE);
    fake.answer("guest-get-time", "1").hold("guest-get-time");
    Thread caller = Thread.currentThread();
    CompletableFuture<Boolean> interrupter =
        async(
            () -> {
              fake.awaitReceived(1, PATIENCE);
              caller.interrupt();
              return true;
            });

    assertThatExceptionOfType(InterruptedException.class)
        .isThrownBy(() -> agent.execute(command("guest-get-time"), soon()));

    assertThat(interrupter.get(60, TimeUnit.SECONDS)).isTrue();
    fake.release("guest-get-time");
    agent.execute(new GuestPing(), soon());
  }

  @Test
  void aCommandWithoutAnAnswerIsTold() throws InterruptedException {
    listen(AgentMisbehaviour.NONE).tell(command("guest-shutdown"), soon());

    assertThat(fake.awaitReceived(1, PATIENCE).command()).isEqualTo("guest-shutdown");
    agent.execute(new GuestPing(), soon());
  }

  @Test
  void aRefusalOfACommandThatIsNotAnsweredIsHeard() throws InterruptedException {
    listen(AgentMisbehaviour.NONE);
    fake.refuse("guest-shutdown", "GenericError", "no such program");

    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> agent.tell(command("guest-shutdown"), soon()))
        .withMessageContaining("no such program");
    agent.execute(new GuestPing(), soon());
  }

  @Test
  void aCommandThatIsNotAnsweredIsDoneWhenTheAgentOrItsGuestIsGone() throws Exception {
    listen(AgentMisbehaviour.NONE);
    for (Runnable end : List.<Runnable>of(agent::ended, agent::suspended, fake::hangUp)) {
      agent.restarted();
      fake.hold("guest-shutdown");
      int before = fake.received().size();
      CompletableFuture<Boolean> told =
          async(
              () -> {
                agent.tell(command("guest-shutdown"), soon());
                return true;
              });
      fake.awaitReceived(before + 1, PATIENCE);

      end.run();
      fake.release("guest-shutdown");

      assertThat(told.get(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(fake.received()).hasSize(3);
  }

  @Test
  void aCommandBiggerThanTheSocketsBufferArrivesWhole() throws InterruptedException {
    listen(AgentMisbehaviour.NONE);
    fake.answer("guest-file-write", "{\"count\": 3000000, \"eof\": false}");
    String content = "QUJD".repeat(1_000_000);

    agent.execute(
        new RawCommand("guest-file-write", Json.object().put("buf-b64", content)), soon());

    assertThat(fake.received().get(0).arguments().path("buf-b64").textValue()).isEqualTo(content);
  }

  @Test
  void everyFailureIsOfOurOwnTree() {
    for (AgentMisbehaviour misbehaviour : AgentMisbehaviour.values()) {
      listen(misbehaviour);
      try {
        agent.execute(new GuestPing(), Deadline.of(Duration.ofMillis(300)));
      } catch (BerthException ours) {
        assertThat(ours.code()).as(misbehaviour.name()).isNotNull();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      close();
    }
  }

  private static RawCommand command(String name) {
    return new RawCommand(name, Json.object());
  }

  private static Deadline soon() {
    return Deadline.of(PATIENCE);
  }

  private static Throwable failure(CompletableFuture<?> call) throws Exception {
    try {
      throw new AssertionError("it should have failed: " + call.get(60, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  private static <T> CompletableFuture<T> async(Callable<T> call) {
    var outcome = new CompletableFuture<T>();
    Thread thread =
        new Thread(
            () -> {
              try {
                outcome.complete(call.call());
              } catch (Exception e) {
                outcome.completeExceptionally(e);
              }
            },
            "caller");
    thread.setDaemon(true);
    thread.start();
    return outcome;
  }
}
