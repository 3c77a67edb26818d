package dev.berth.engine.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineWatch.StopCause;
import dev.berth.engine.qemu.QemuNews.Note;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of a guest's doing is recorded. */
final class GuestHistoryTest {
  private static final Instant NOW = Instant.EPOCH;
  private static final Note FILTER =
      new Note(EventTypes.RX_FILTER_CHANGED, Map.of("device", "lan"));
  private static final Note FIRED = new Note(EventTypes.WATCHDOG, Map.of("action", "none"));

  private final GuestHistory history = new GuestHistory(NOW);

  @Test
  void eachTypeHasABudgetOfItsOwn() {
    List<Note> storm = new ArrayList<>(Collections.nCopies(100, FILTER));
    storm.add(FIRED);

    List<Note> recorded = history.recorded(storm, Map.of(), NOW);

    assertThat(recorded).hasSize(21).endsWith(FILTER, FIRED);
  }

  @Test
  void whatWasLeftOutIsToldWithTheNextThatIsNot() {
    history.recorded(
        Collections.nCopies(32, FILTER), Map.of(EventTypes.RX_FILTER_CHANGED, 1000), NOW);

    List<Note> recorded = history.recorded(List.of(FILTER, FIRED), Map.of(), NOW.plusSeconds(5));

    assertThat(recorded.get(0).attributes())
        .isEqualTo(Map.of("device", "lan", "unrecorded", "1012"));
    assertThat(recorded.get(1)).isEqualTo(FIRED);
    assertThat(history.recorded(List.of(FILTER), Map.of(), NOW.plusSeconds(10)))
        .containsExactly(FILTER);
  }

  @Test
  void anErrorThatStopsTheGuestIsTheCauseAndOneThatIsReportedIsNot() {
    Map<String, String> full =
        Map.of("name", "data", "node", "n", "operation", "write", "reason", "No space left");

    assertThat(GuestHistory.cause(List.of(ioError(full, "stop"), FIRED)))
        .contains(new StopCause(StateReason.IOERROR, "write of disk 'data': No space left"));
    assertThat(GuestHistory.cause(List.of(ioError(full, "report")))).isEmpty();
  }

  private static Note ioError(Map<String, String> attributes, String action) {
    Map<String, String> all = new HashMap<>(attributes);
    all.put("action", action);
    return new Note(EventTypes.IO_ERROR, all);
  }
}
