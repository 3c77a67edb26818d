package dev.berth.engine.migration;

import dev.berth.engine.step.KeptJob;
import dev.berth.host.GuestOwner;
import dev.berth.job.JobId;
import java.util.concurrent.CompletableFuture;

/**
 * What somebody has decided about a guest that was handed over, until its target was asked once
 * more.
 *
 * @param answer completes when it is on record
 */
public record HandDecision(
    JobId job, GuestOwner owner, String actor, CompletableFuture<Void> answer) {

  public boolean isOf(KeptJob kept) {
    return kept.job().id().equals(job);
  }

  public boolean keeps() {
    return owner == GuestOwner.THIS_HOST;
  }

  public String by() {
    return "by " + actor + ", by hand";
  }
}
