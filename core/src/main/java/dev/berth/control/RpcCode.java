package dev.berth.control;

/** The error numbers of JSON-RPC 2.0. */
enum RpcCode {
  /** The line is not JSON. */
  PARSE_ERROR(-32700),
  /** The JSON is no request. */
  INVALID_REQUEST(-32600),
  /** There is no such method. */
  METHOD_NOT_FOUND(-32601),
  /** A parameter is missing, unknown, or of the wrong type. */
  INVALID_PARAMS(-32602),
  /** Berth has a bug. */
  INTERNAL_ERROR(-32603),
  /** The call was understood and failed; the data say how. */
  CALL_FAILED(-32000);

  private final int number;

  RpcCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
