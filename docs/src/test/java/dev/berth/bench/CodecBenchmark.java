package dev.berth.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockStats;
import dev.berth.qapi.block.QueryBlockstats;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qmp.TypedReply;
import dev.berth.schema.KnownFacts;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaGate;
import dev.berth.testing.Recording;
import dev.berth.testing.TestSchema;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What reading and checking QMP costs, without QEMU and sockets. Run by {@link CodecExperiment}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBenchmark {
  private static final String NEWEST = "11.1.3";

  private final ObjectMapper mapper = new ObjectMapper();
  private final byte[] blockNodes = longestReply("query-named-block-nodes");
  private final byte[] blockstats = longestReply("query-blockstats");
  private final byte[] schema = TestSchema.of(NEWEST).bytes();
  private final SchemaGate gate = new SchemaGate(TestSchema.of(NEWEST).index(), new KnownFacts());
  private final ObjectNode arguments =
      Json.object().put("device", "root").put("node-name", "root").put("size", 1L << 30);

  /** With its envelope, as QEMU sent it. */
  private static byte[] longestReply(String command) {
    return Recording.VERSIONS.stream()
        .flatMap(version -> Recording.of(version).exchanges().stream())
        .filter(exchange -> exchange.command().equals(command))
        .flatMap(exchange -> exchange.reply().stream())
        .map(reply -> Json.bytes(reply.deepCopy().put("id", 7)))
        .max(Comparator.comparingInt(bytes -> bytes.length))
        .orElseThrow();
  }

  /** Envelope and typed value. */
  @Benchmark
  public List<BlockDeviceInfo> blockNodes() {
    return TypedReply.read(new QueryNamedBlockNodes(), blockNodes);
  }

  /** Jackson's tree of the same bytes. */
  @Benchmark
  public JsonNode blockNodesPlain() throws IOException {
    return mapper.readTree(blockNodes);
  }

  /** Envelope and typed value. */
  @Benchmark
  public List<BlockStats> blockstats() {
    return TypedReply.read(new QueryBlockstats(), blockstats);
  }

  /** Jackson's tree of the same bytes. */
  @Benchmark
  public JsonNode blockstatsPlain() throws IOException {
    return mapper.readTree(blockstats);
  }

  /** What each command passes before it is sent. */
  @Benchmark
  public void gate() {
    gate.admit("block_resize", arguments);
  }

  /** From the reply of 200 KB to the index. */
  @Benchmark
  public QmpSchema index() throws IOException {
    return QmpSchema.read(NEWEST, Json.read(schema));
  }
}
