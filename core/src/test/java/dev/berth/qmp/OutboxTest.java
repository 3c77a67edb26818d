package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.error.BusyException;
import java.io.FileDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OutboxTest {
  private static final QmpDisconnect END =
      QmpDisconnect.of(QmpDisconnect.Reason.HUNG_UP, "it is over");

  private final Outbox outbox = new Outbox();
  private long lastId;

  @Test
  void leavesQemuOneFreePlaceSoThatTheProbeIsReadWhenItsMainLoopHangs() {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      calls.add(inBand(null));
    }
    Call probe = outOfBand();

    assertThat(outbox.next()).isSameAs(probe);
    for (int i = 0; i < 7; i++) {
      assertThat(outbox.next()).isSameAs(calls.get(i));
    }
    assertThat(outbox.next()).isNull();

    assertThat(outbox.answered(calls.get(3).id())).isSameAs(calls.get(3));
    assertThat(outbox.next()).isSameAs(calls.get(7));
    assertThat(outbox.next()).isNull();
  }

  @Test
  void nothingFollowsADescriptorUntilItsCommandIsAnswered() {
    Call before = inBand(null);
    Call first = inBand(FileDescriptor.out);
    Call second = inBand(FileDescriptor.out);
    Call third = inBand(null);

    assertThat(outbox.next()).isSameAs(before);
    assertThat(outbox.next()).isSameAs(first);
    assertThat(outbox.next()).isNull();
    outbox.answered(before.id());
    assertThat(outbox.next()).isNull();
    outbox.answered(first.id());
    assertThat(outbox.next()).isSameAs(second);
    assertThat(outbox.next()).isNull();
    outbox.answered(second.id());
    assertThat(outbox.next()).isSameAs(third);
  }

  @Test
  void theLivenessProbeIsSentWhileADescriptorIsOnItsWay() {
    Call first = inBand(FileDescriptor.out);
    Call probe = outOfBand();

    assertThat(outbox.next()).isSameAs(probe);
    assertThat(outbox.next()).isSameAs(first);
    assertThat(outbox.next()).isNull();
    Call again = outOfBand();
    assertThat(outbox.next()).isSameAs(again);
  }

  @Test
  void aClosedDescriptorEndsItsCommandAlone() {
    Call broken = inBand(new FileDescriptor());
    Call next = inBand(FileDescriptor.out);

    assertThat(outbox.next()).isSameAs(next);
    assertThat(broken.outcome().getNow(null)).isEqualTo(new Outcome.DescriptorClosed());
  }

  @Test
  void theEndTellsStartedFromUnsent() {
    Call started = inBand(null);
    Call unsent = inBand(null);
    outbox.next();
    outbox.next();
    started.frame().get(); // one byte was written

    outbox.endAll(END);
    Call late = inBand(null);

    assertThat(started.outcome().getNow(null)).isEqualTo(new Outcome.CutOff(END));
    assertThat(unsent.outcome().getNow(null)).isEqualTo(new Outcome.NeverSent(END));
    assertThat(late.outcome().getNow(null)).isEqualTo(new Outcome.NeverSent(END));
    assertThat(outbox.next()).isNull();
  }

  @Test
  void refusesWhatCannotWaitAndNamesTheOldest() {
    for (int i = 0; i < Outbox.MAX_WAITING; i++) {
      inBand(null);
    }

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> inBand(null))
        .withMessageContaining("1024 commands")
        .withMessageContaining("'query-status' was given");
    assertThat(outOfBand()).as("the other lane").isNotNull();
  }

  @Test
  void aCommandCanBeWithdrawnUntilItIsWritten() {
    Call written = inBand(null);
    Call waiting = inBand(null);
    outbox.next();

    assertThat(outbox.withdraw(written)).isFalse();
    assertThat(outbox.withdraw(waiting)).isTrue();
    assertThat(outbox.next()).isNull();
  }

  @Test
  void theOldestInBandCommandIsKnown() {
    assertThat(outbox.oldest()).isEmpty();
    outOfBand();
    assertThat(outbox.oldest()).isEmpty();
    Call call = inBand(null);
    assertThat(outbox.oldest()).isPresent();

    outbox.next();
    outbox.next();
    assertThat(outbox.oldest().map(PendingCommand::name)).contains("query-status");
    outbox.answered(call.id());
    assertThat(outbox.oldest()).isEmpty();
  }

  @Test
  void nothingIsAnsweredTwice() {
    Call call = inBand(null);
    outbox.next();

    assertThat(outbox.answered(call.id())).isSameAs(call);
    assertThat(outbox.answered(call.id())).isNull();
    assertThat(outbox.answered(4711)).isNull();
  }

  private Call inBand(@Nullable FileDescriptor descriptor) {
    return add(Call.Lane.IN_BAND, descriptor);
  }

  private Call outOfBand() {
    return add(Call.Lane.OUT_OF_BAND, null);
  }

  private Call add(Call.Lane lane, @Nullable FileDescriptor descriptor) {
    var call = new Call(++lastId, new PlainCommand("query-status"), lane, descriptor);
    outbox.add(call);
    return call;
  }
}
