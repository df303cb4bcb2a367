package io.walbeam.local.standin;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The faults to inject, in the order they were asked for. Thread-safe. */
public final class Faults {
  /** What {@link #denies} is asked of rows that are appended. */
  public static final String APPEND = "AppendRows";

  private static final class Armed {
    final Fault fault;
    final AtomicInteger met = new AtomicInteger();
    final @Nullable Instant until;

    Armed(Fault fault, @Nullable Instant until) {
      this.fault = fault;
      this.until = until;
    }

    boolean over(Instant now) {
      boolean counted =
          fault.kind() != FaultKind.SCHEMA_DELAY && fault.kind() != FaultKind.TABLE_DELAY;
      return (until != null && !now.isBefore(until))
          || (counted && fault.count() > 0 && met.get() >= fault.count());
    }
  }

  private final Clock clock;
  private final List<Armed> armed = new CopyOnWriteArrayList<>();

  public Faults(Clock clock) {
    this.clock = clock;
  }

  /** Arms a fault; several may be armed, the first that matches is met. */
  public void add(Fault fault) {
    boolean lasting =
        switch (fault.kind()) {
          case SLOW, SCHEMA_DELAY, TABLE_DELAY -> false;
          default -> !fault.duration().isZero();
        };
    armed.add(new Armed(fault, lasting ? clock.instant().plus(fault.duration()) : null));
  }

  /** Disarms all. Delays that have begun go on. */
  public void clear() {
    armed.clear();
  }

  /** The faults that can still be met. */
  public List<Fault> list() {
    Instant now = clock.instant();
    return armed.stream().filter(a -> !a.over(now)).map(a -> a.fault).toList();
  }

  /** Meets the first fault for an append to a table, if there is one. */
  public @Nullable Fault onAppend(TableRef table, AppendRowsRequest request) {
    return armed.isEmpty()
        ? null
        : meet(f -> f.kind().onAppend() && f.matches(table) && f.concerns(request));
  }

  /** The delay that a change of a table's visibility gets, if any. */
  public @Nullable Fault onVisibility(FaultKind kind, TableRef table) {
    return meet(f -> f.kind() == kind && f.matches(table));
  }

  /** Fails a REST request that a fault is for. */
  public void onRest(String httpMethod, List<String> path) {
    if (armed.isEmpty()) {
      return;
    }
    String method = RestMethods.name(httpMethod, path);
    TableRef table =
        new TableRef(
            path.get(1),
            path.size() > 3 && path.get(2).equals("datasets") ? path.get(3) : "",
            path.size() > 5 ? path.get(5) : "");
    Fault fault =
        meet(
            f ->
                f.kind() == FaultKind.REST
                    && Fault.glob(f.method(), method)
                    && (f.table().equals("*") || f.matches(table)));
    if (fault != null) {
      throw new RestFailure(fault.status(), RestMethods.reason(fault.status()), "Injected fault");
    }
  }

  /** Whether a fault that is armed refuses this for want of a permission; meets none. */
  public boolean denies(TableRef table, String method) {
    Instant now = clock.instant();
    return armed.stream()
        .filter(each -> !each.over(now))
        .map(each -> each.fault)
        .anyMatch(
            fault ->
                (fault.table().equals("*") || fault.matches(table))
                    && (method.equals(APPEND)
                        ? fault.kind() == FaultKind.PERMISSION_DENIED
                        : fault.kind() == FaultKind.REST
                            && fault.status() == 403
                            && Fault.glob(fault.method(), method)));
  }

  private @Nullable Fault meet(Predicate<Fault> wanted) {
    Instant now = clock.instant();
    for (Armed candidate : armed) {
      if (wanted.test(candidate.fault) && !candidate.over(now)) {
        int met = candidate.met.incrementAndGet();
        boolean delay =
            candidate.fault.kind() == FaultKind.SCHEMA_DELAY
                || candidate.fault.kind() == FaultKind.TABLE_DELAY;
        if (delay || candidate.fault.count() == 0 || met <= candidate.fault.count()) {
          return candidate.fault;
        }
      }
    }
    return null;
  }

  /** A visibility delay that has begun. */
  public static final class Delay {
    private final Instant until;
    private final AtomicInteger appends;
    private final boolean counted;

    public Delay(Fault fault, Instant now) {
      this.counted = fault.count() > 0;
      this.appends = new AtomicInteger(fault.count());
      Duration duration = fault.duration();
      this.until = duration.isZero() ? Instant.MAX : now.plus(duration);
    }

    /** Whether an append now is still within the delay; counts it. */
    public boolean holds(Instant now) {
      return now.isBefore(until) && (!counted || appends.getAndDecrement() > 0);
    }
  }
}
