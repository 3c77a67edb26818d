package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.MemoryDump;

/** The arguments of calls for dumps of memory as parameters. */
final class DumpArguments {
  static final String FILE = "file";
  static final String FORMAT = "format";
  static final String EXISTING = "existing";

  private DumpArguments() {}

  static void dump(ObjectNode params, MemoryDump dump) {
    params.put(FILE, dump.file().toString());
    params.put(FORMAT, WireText.of(dump.format()));
    params.put(EXISTING, WireText.of(dump.existing()));
  }

  static MemoryDump dump(Params params) {
    return new MemoryDump(
        ArgumentCodec.absolutePath(params, FILE),
        params.optionalConstant(FORMAT, MemoryDump.Format.class).orElse(MemoryDump.Format.ELF),
        params
            .optionalConstant(EXISTING, MemoryDump.Existing.class)
            .orElse(MemoryDump.Existing.REFUSE));
  }
}
