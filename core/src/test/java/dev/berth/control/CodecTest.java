package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.HostInfo;
import dev.berth.host.VerbResult;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.stats.DomainStats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values survive the wire, also when a newer peer says more than this version understands. */
final class CodecTest {
  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyValueSurvivesTheWire(long seed) throws Exception {
    var values = new RandomValues(seed);
    DomainSnapshot snapshot = values.snapshot();
    assertThat(DomainCodec.read(wire(DomainCodec.write(snapshot)))).isEqualTo(snapshot);
    List<DomainSnapshot> list = values.list(values::snapshot);
    assertThat(ResultCodec.snapshots(wire(ResultCodec.write(list)))).isEqualTo(list);
    DomainEvent event = values.event();
    assertThat(EventCodec.read(wire(EventCodec.write(event)))).isEqualTo(event);
    HostInfo info = values.hostInfo();
    assertThat(HostInfoCodec.read(wire(HostInfoCodec.write(info)))).isEqualTo(info);
    var verb = new VerbResult(values.constant(VerbResult.Effect.values()), values.text(), snapshot);
    assertThat(ResultCodec.verb(wire(ResultCodec.write(verb)))).isEqualTo(verb);
    var define = new DefineResult(values.constant(DefineResult.Effect.values()), snapshot);
    assertThat(ResultCodec.define(wire(ResultCodec.write(define)))).isEqualTo(define);
    DomainStats stats = values.stats();
    assertThat(StatsCodec.read(wire(StatsCodec.write(stats)))).isEqualTo(stats);
    var view = new DefinitionView(seed, values.text());
    assertThat(ResultCodec.definition(wire(ResultCodec.write(view)))).isEqualTo(view);
    byte[] log = values.bytes();
    assertThat(ResultCodec.bytes(wire(ResultCodec.bytes(log)))).isEqualTo(log);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void membersOfANewerPeerAreIgnored(long seed) throws Exception {
    DomainSnapshot snapshot = new RandomValues(seed).snapshot();
    ObjectNode node = DomainCodec.write(snapshot);
    addStrangers(node);
    assertThat(DomainCodec.read(wire(node))).isEqualTo(snapshot);
  }

  @Test
  void aStateThatIsNotKnownIsNoStateAndItsTextIsKept() {
    ObjectNode node = DomainCodec.write(new RandomValues(1).snapshot());
    ((ObjectNode) node.get("status")).put("state", "teleporting").put("reason", "user");
    DomainSnapshot read = DomainCodec.read(node);
    assertThat(read.status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(read.status().reason()).isEqualTo(StateReason.USER);
    assertThat(read.status().detail().orElseThrow()).contains("'teleporting'");
  }

  @Test
  void aReasonThatIsNotKnownIsUnknownAndItsTextIsKept() {
    ObjectNode node = DomainCodec.write(new RandomValues(1).snapshot());
    ((ObjectNode) node.get("status")).put("reason", "moonlight").put("detail", "it was dark");
    DomainSnapshot read = DomainCodec.read(node);
    assertThat(read.status().reason()).isEqualTo(StateReason.UNKNOWN);
    assertThat(read.status().detail().orElseThrow()).contains("'moonlight'", "it was dark");
  }

  @Test
  void otherWordsThatAreNotKnownAreReadCautiously() {
    DomainSnapshot withMachine =
        LongStream.range(0, 100)
            .mapToObj(seed -> new RandomValues(seed).snapshot())
            .filter(snapshot -> snapshot.machine().isPresent())
            .findFirst()
            .orElseThrow();
    ObjectNode snapshot = DomainCodec.write(withMachine);
    ((ObjectNode) snapshot.get("machine")).put("liveness", "dreaming");
    assertThat(DomainCodec.read(snapshot).machine().orElseThrow().liveness())
        .isEqualTo(Liveness.BUSY);

    var verb = new VerbResult(VerbResult.Effect.ALREADY, "", withMachine);
    assertThat(ResultCodec.verb(ResultCodec.write(verb).put("effect", "queued")).effect())
        .isEqualTo(VerbResult.Effect.CHANGED);
    var define = new DefineResult(DefineResult.Effect.UNCHANGED, withMachine);
    assertThat(ResultCodec.define(ResultCodec.write(define).put("effect", "merged")).effect())
        .isEqualTo(DefineResult.Effect.REPLACED);
  }

  @Test
  void aValueThatCannotBeReadIsRefusedByItsMember() {
    ObjectNode node = DomainCodec.write(new RandomValues(1).snapshot());
    assertThatThrownBy(() -> DomainCodec.read(node.deepCopy().put("uuid", "x")))
        .isInstanceOf(MalformedReplyException.class)
        .hasMessageContaining("'uuid'");
    assertThatThrownBy(() -> DomainCodec.read(node.deepCopy().put("name", "../etc")))
        .isInstanceOf(MalformedReplyException.class)
        .hasMessageContaining("'name'");
    assertThatThrownBy(() -> DomainCodec.read(node.deepCopy().put("publishedAt", "noon")))
        .isInstanceOf(MalformedReplyException.class)
        .hasMessageContaining("'publishedAt'");
    assertThatThrownBy(() -> DomainCodec.read(Json.array()))
        .isInstanceOf(MalformedReplyException.class);
  }

  /** Adds a member wherever there are named members; labels are the user's own. */
  private static void addStrangers(ObjectNode snapshot) {
    for (String member : List.of("status", "definition", "machine", "operation")) {
      if (snapshot.get(member) instanceof ObjectNode object) {
        object.put("newerThanYou", "value");
      }
    }
    snapshot.putArray("newerThanYou").add(1);
  }

  private static JsonNode wire(JsonNode node) throws IOException {
    byte[] line = Wire.line(node);
    assertThat(new String(line, StandardCharsets.UTF_8)).containsOnlyOnce("\n");
    return Json.read(line);
  }
}
