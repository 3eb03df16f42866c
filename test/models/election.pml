/*
 * Who of TABS tabs holds the one connection: a Web Lock with a queue, freezes that keep the lock, steals with a budget, and a
 * server that fences by term. docs/guides/tabs.md tells the rules in words; src/core/election carries them out.
 *
 * Each tab numbers the connections it opens: term = max(stored, seen) + 1. What is under way to the server may arrive late, also
 * after newer terms (a frozen page's socket, a slow link). Faults are bounded; after the last one somebody must lead.
 *
 * Mutants (-D): NO_FENCE, NO_STEAL, NO_RELEASE_ON_SUSPEND, WAITER_STAYS_QUEUED, STEAL_BACK, NO_BUDGET, PONG_FROM_HANDLER
 */
#ifndef TABS
#define TABS 3
#endif
#ifndef FAULTS
#define FAULTS 3
#endif
#define NONE 255
#define MAX_TERM 9

mtype = { away, waiting, leading };

/* What a page is: 0 runs, 1 suspended with notice (bfcache, freeze), 2 frozen in silence (stopped, hung), 3 gone for good. */
#define RUNS 0
#define SUSPENDED 1
#define FROZEN 2
#define GONE 3

mtype role[TABS] = away;
byte page[TABS] = RUNS;
byte term[TABS];          /* of the connection this tab opened last */
bool cached[TABS];        /* suspended and never shown again */
bool robbed[TABS];        /* was stolen from: never steals again */

byte holder = NONE;       /* of the lock, as the browser knows it */
bool queued[TABS];        /* requests the browser may grant */

byte stored = 0;          /* the shared counter of terms */

chan wire = [TABS] of { byte, byte };   /* claims under way: tab, term */
byte highest = 0;         /* the server's memory of terms */
byte accepted = NONE;     /* whose socket the server serves */
byte acceptedTerm = 0;

byte faults = FAULTS;
byte steals = 0;

#define runs(t) (page[t] == RUNS)

inline lead(t) {
  role[t] = leading;
  queued[t] = false;
  stored++;
  assert(stored <= MAX_TERM);
  term[t] = stored;
  wire!t, term[t];
}

inline letGo(t) {
  if
  :: holder == t -> holder = NONE
  :: else
  fi;
}

/* A page that leaves closes its socket; one that hangs does not. */
inline hangUp(t) {
  if
  :: accepted == t -> accepted = NONE; acceptedTerm = 0
  :: else
  fi;
}

proctype Tab(byte me) {
  byte other;
  do
  /* Joins: asks for the lock. */
  :: atomic { (runs(me) && role[me] == away) -> role[me] = waiting; queued[me] = true }

  /* Granted. */
  :: atomic { (runs(me) && role[me] == waiting && holder == me) -> lead(me) }

  /* Notices that the lock was stolen, or that it was fenced: back to the queue. */
  :: atomic { (runs(me) && role[me] == leading && holder != me) -> role[me] = away; robbed[me] = true; hangUp(me) }

  /* Lost its socket to nobody newer while the lock is still its own: dials again with the next term. */
  :: atomic { (runs(me) && role[me] == leading && holder == me && accepted != me && empty(wire) && term[me] < highest) ->
       if
       :: stored < MAX_TERM -> lead(me)
       :: else -> skip
       fi }
  :: atomic { (runs(me) && role[me] == leading && holder == me && accepted == NONE && empty(wire) && term[me] >= highest && stored < MAX_TERM) -> lead(me) }

#ifndef NO_STEAL
  /* The leader gives no sign of life: it hangs, and a pong would prove that a task ran. After a bounded wait its lock is taken. Who
     left with notice holds nothing: nobody need steal from it. */
  :: atomic { (runs(me) && role[me] == waiting && holder != NONE && holder != me && page[holder] == FROZEN
#ifdef PONG_FROM_HANDLER
       && page[holder] != FROZEN        /* a handler answers even in a frozen page: it looks alive */
#endif
#ifndef STEAL_BACK
       && !robbed[me]
#endif
#ifndef NO_BUDGET
       && steals < FAULTS
#endif
       ) -> steals++; holder = me; queued[me] = false; lead(me) }
#ifdef NO_BUDGET
  /* Without a budget a wedged follower steals from a leader that lives. */
  :: atomic { (runs(me) && role[me] == waiting && holder != NONE && holder != me && stored < MAX_TERM) -> holder = me; lead(me) }
#endif
#ifdef STEAL_BACK
  :: atomic { (runs(me) && role[me] == waiting && robbed[me] && holder != NONE && holder != me && stored < MAX_TERM) -> holder = me; lead(me) }
#endif
#endif

  /* Comes back, or stays in the cache for good: it holds nothing that anybody waits for. */
  :: atomic { (page[me] == SUSPENDED && !cached[me]) ->
       if
       :: page[me] = RUNS
       :: me != 0 -> cached[me] = true
       fi }
  :: page[me] == GONE -> break
  od
}

/* The browser grants the lock to a queued request, whether its page runs or not. */
proctype Browser() {
  byte t;
  do
  :: atomic { holder == NONE ->
       if
       :: queued[0] -> holder = 0; queued[0] = false
       :: (TABS > 1 && queued[1]) -> holder = 1; queued[1] = false
#if TABS > 2
       :: queued[2] -> holder = 2; queued[2] = false
#endif
#if TABS > 3
       :: queued[3] -> holder = 3; queued[3] = false
#endif
       fi }
  od
}

proctype Server() {
  byte t, n;
  do
  :: atomic { wire?t, n ->
#ifndef NO_FENCE
       if
       :: n < highest || page[t] == GONE || page[t] == SUSPENDED -> skip   /* refused, or nobody there */
       :: else ->
#endif
            assert(n >= acceptedTerm);        /* an older leader is never accepted after a newer one */
            assert(n >= highest);
            highest = n; accepted = t; acceptedTerm = n
#ifndef NO_FENCE
       fi
#endif
     }
  od
}

/* Pages are suspended, frozen, thawed and closed; each fault counts. Tab 0 survives, so that somebody can lead. */
proctype World() {
  byte t;
  do
  :: atomic { faults > 0 ->
       faults--;
       select(t : 0 .. TABS - 1);
       if
       :: (runs(t) && t != 0) ->              /* closed or crashed: the browser releases everything */
            page[t] = GONE; queued[t] = false; letGo(t); hangUp(t); role[t] = away
       :: (runs(t)) ->                        /* pagehide, freeze: told in time */
            page[t] = SUSPENDED;
#ifndef WAITER_STAYS_QUEUED
            queued[t] = false;
#endif
#ifndef NO_RELEASE_ON_SUSPEND
            letGo(t); role[t] = away;
#else
            if
            :: role[t] == waiting -> role[t] = away
            :: else
            fi;
#endif
            hangUp(t)
       :: (runs(t) && t != 0) ->              /* stopped in silence: keeps its lock and its socket */
            page[t] = FROZEN
       :: else -> skip
       fi }
  /* What is frozen thaws, or never does. */
  :: atomic { (faults > 0 && TABS > 1 && page[1] == FROZEN) -> page[1] = RUNS }
  :: faults == 0 -> skip   /* the world goes on: what nobody leads any more shows as a run without end */
  od
}

init {
  byte i;
  atomic {
    run Browser(); run Server(); run World();
    for (i : 0 .. TABS - 1) { run Tab(i) }
  }
}

#define served (accepted != NONE && page[accepted] == RUNS && role[accepted] == leading && term[accepted] == acceptedTerm && holder == accepted)

/* Once the faults are over, a running tab leads for good. */
ltl recovers { <> (faults == 0) -> <> [] served }
