package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;

/** A value of a type of QEMU's schema. */
public interface QapiValue {

  /** The value as QEMU writes it; a copy that the caller may change. */
  JsonNode encode();
}
