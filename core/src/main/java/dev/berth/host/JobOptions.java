package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.util.Optional;

/**
 * What a caller can say about any call that begins a job.
 *
 * @param key a name of the caller's for the job, 1 to 64 of A-Z a-z 0-9 . _ : -: the same call with
 *     the same key gives the same job, also when that has ended long ago and is still kept. Each
 *     domain has its own keys
 */
@Api(since = "0.1")
public record JobOptions(Optional<String> key) {

  /**
   * Checked options.
   *
   * @throws InvalidRequestException when the key is no legal one
   */
  public JobOptions {
    if (key.isPresent() && !key.get().matches("[A-Za-z0-9._:-]{1,64}")) {
      throw new InvalidRequestException("key: should be 1 to 64 of A-Z a-z 0-9 . _ : -.");
    }
  }

  /** A job of its own for each call. */
  public static JobOptions none() {
    return new JobOptions(Optional.empty());
  }

  /** One job for all calls with that key. */
  public static JobOptions once(String key) {
    return new JobOptions(Optional.of(key));
  }
}
