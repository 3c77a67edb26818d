package dev.berth.host;

import dev.berth.api.Api;

/**
 * Supplies what definitions name and no caller has given, for an embedded host: also when the host
 * starts a domain by itself. Called by many threads at once, for different domains.
 */
@Api(since = "0.1")
@FunctionalInterface
public interface ResourceResolver {
  /** Has nothing. */
  ResourceResolver NONE = request -> Resources.none();

  /**
   * What is asked for, as far as there is any; what is not there is no error here, and more than
   * was asked for is ignored. May take its time: only that domain waits. An interrupt says that
   * nobody does any more.
   *
   * @return closed by the host once it has its own copies, also when the start fails then
   */
  Resources resolve(ResourceRequest request);
}
