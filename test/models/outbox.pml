/*
 * Two messages of one sender on their way into one log: two nodes over one store, frames that are lost or late, nodes that crash
 * between commit and ack and judge differently, a sender that reloads, and at most one rollback of the store. PROTOCOL.md §5.
 *
 * Producer 0 numbers them 1 and 2. After a rollback that took acknowledged numbers away the sender goes on as producer 1, and each
 * row that was possibly transmitted names its original (`re`).
 *
 * Mutants (-D): ACK_BEFORE_COMMIT, RERUN_DUPLICATES, NO_GAP, NO_WATERMARK, RE_UNASKED, NO_TOMBSTONE, RENUMBER, DROP_ON_TAKEN
 */
#ifndef FAULTS
#define FAULTS 3
#endif
#ifndef ROLLBACKS
#define ROLLBACKS 1
#endif

mtype = { undecided, appended, rejected, repeated };
mtype = { ack, gap, rolledBack, closedTo };
mtype = { open, acked, refused, unsure };

#define AT(p, n) ((p) * 3 + (n))

/* The store: what was decided about number n of producer p, and the log as counts and an order. */
typedef Store {
  byte pos[2];
  bool closed[2];
  mtype verdict[6];
  byte count[3];            /* how often message m stands in the log */
  bool secondBeforeFirst
};
Store store, backup;
bool hasBackup = false;
byte rollbacks = ROLLBACKS;
bool rolledOnce = false;

/* up: producer, number, acked watermark, message, number of the original (0: none). down: kind, producer, position. */
chan up[2] = [2] of { byte, byte, byte, byte, byte };
chan down = [2] of { mtype, byte, byte };

byte faults = FAULTS;
byte hasty = 2;             /* times the sender repeats itself while copies are still under way */

/* The sender. */
byte p = 0;
byte number[3];             /* of message m under the present producer; 0: none */
byte original[3];           /* its number under producer 0, when it goes by re */
bool sent[3];
mtype settled[3] = open;
byte answered = 0;
byte cursor = 1;            /* the number to transmit next */
byte last = 2;              /* the highest number given */
bool signalled = false;

byte messageOf;             /* scratch: the message with number n, 0 when there is none */
inline lookUp(n) {
  messageOf = 0;
  if
  :: number[1] == n -> messageOf = 1
  :: number[2] == n -> messageOf = 2
  :: else
  fi
}

inline copy(from, to) {
  to.pos[0] = from.pos[0]; to.pos[1] = from.pos[1];
  to.closed[0] = from.closed[0]; to.closed[1] = from.closed[1];
  to.verdict[1] = from.verdict[1]; to.verdict[2] = from.verdict[2];
  to.verdict[4] = from.verdict[4]; to.verdict[5] = from.verdict[5];
  to.count[1] = from.count[1]; to.count[2] = from.count[2];
  to.secondBeforeFirst = from.secondBeforeFirst
}

inline append(m) {
  store.count[m]++;
  if
  :: (m == 2 && store.count[1] == 0) -> store.secondBeforeFirst = true
  :: else
  fi;
  /* What a rollback took may come back late: only then twice is out of the store's hands, and even then not in one history. */
  assert(store.count[m] <= 1)
}

/* The position is below what this producer had acknowledged: the store lost it. */
#ifdef NO_WATERMARK
#define lost(q, a) false
#else
#define lost(q, a) (store.pos[q] < a)
#endif

inline tell(kind, producer, position) {
  if
  :: nfull(down) -> down!kind, producer, position
  :: full(down) -> skip
  fi
}

proctype Node(byte me) {
  byte q, n, a, m, re;
  do
  :: atomic { up[me]?q, n, a, m, re ->
       if
       /* The frame is lost with its socket. */
       :: faults > 0 -> faults--
       :: true ->
          if
          :: (lost(q, a)) -> tell(rolledBack, q, store.pos[q])
          :: (!lost(q, a) && n <= store.pos[q]) ->
#ifdef RERUN_DUPLICATES
               if
               :: store.verdict[AT(q, n)] == rejected -> append(m); store.verdict[AT(q, n)] = appended
               :: else
               fi;
#endif
               tell(ack, q, store.pos[q])
          :: (!lost(q, a) && n > store.pos[q]) ->
               if
               :: store.closed[q] ->
                    tell(closedTo, q, store.pos[q])
#ifndef NO_GAP
               :: (!store.closed[q] && n > store.pos[q] + 1) ->
                    tell(gap, q, store.pos[q])
               :: (!store.closed[q] && n == store.pos[q] + 1) ->
#else
               :: !store.closed[q] ->
#endif
#ifdef ACK_BEFORE_COMMIT
                    tell(ack, q, n);
                    if
                    :: faults > 0 -> faults--; goto crashed
                    :: true
                    fi;
#endif
                    /* One atomic append: the original first, then the verdict, then the position. */
                    if
#ifndef RE_UNASKED
                    :: (re != 0 && re <= store.pos[0]) ->
                         if
                         :: store.verdict[AT(0, re)] == appended -> store.verdict[AT(q, n)] = repeated
                         :: else -> store.verdict[AT(q, n)] = store.verdict[AT(0, re)]
                         fi
                    :: (re == 0 || re > store.pos[0]) ->
#else
                    :: true ->
#endif
#ifndef NO_TOMBSTONE
                         if
                         :: re != 0 -> store.closed[0] = true
                         :: else
                         fi;
#endif
                         /* Nodes judge as they like; the first verdict that is stored counts. */
                         if
                         :: append(m); store.verdict[AT(q, n)] = appended
                         :: (m == 1) -> store.verdict[AT(q, n)] = rejected
                         fi
                    fi;
                    store.pos[q] = n;
#ifndef ACK_BEFORE_COMMIT
                    /* A crash between commit and ack: nobody hears. */
                    if
                    :: faults > 0 -> faults--
                    :: nfull(down) -> down!ack, q, store.pos[q]
                    :: full(down) -> skip
                    fi
#endif
               fi
          fi
       fi;
#ifdef ACK_BEFORE_COMMIT
       ; crashed: skip
#endif
     }
  od
}

inline settle(m, n) {
  if
  :: store.verdict[AT(p, n)] == rejected -> settled[m] = refused
  :: store.verdict[AT(p, n)] == undecided -> settled[m] = acked    /* below the window: an ack is an ack */
  :: else ->
       settled[m] = acked;
       assert(store.count[m] == 1 || rolledOnce)                  /* acknowledged is in the log */
  fi;
  number[m] = 0
}

inline restart() {
  signalled = true;
  p = 1; answered = 0; cursor = 1; last = 0;
  if
  :: (settled[1] == open) -> last++; original[1] = (sent[1] -> number[1] : 0); number[1] = last
  :: else -> number[1] = 0
  fi;
  if
  :: (settled[2] == open) -> last++; original[2] = (sent[2] -> number[2] : 0); number[2] = last
  :: else -> number[2] = 0
  fi
}

proctype Sender() {
  mtype kind;
  byte q, n;
  do
  /* Transmits the next number, to whichever node its socket goes. */
  :: atomic { cursor <= last ->
       lookUp(cursor);
       if
       :: (messageOf == 0) -> cursor++
       :: (messageOf != 0 && nfull(up[0])) -> sent[messageOf] = true; up[0]!p, cursor, answered, messageOf, original[messageOf]; cursor++
       :: (messageOf != 0 && nfull(up[1])) -> sent[messageOf] = true; up[1]!p, cursor, answered, messageOf, original[messageOf]; cursor++
       :: (messageOf != 0 && full(up[0]) && full(up[1])) -> skip
       fi;
#ifdef DROP_ON_TAKEN
       if
       :: (messageOf != 0 && settled[messageOf] == open) -> settled[messageOf] = acked; number[messageOf] = 0
       :: else
       fi;
#endif
       messageOf = 0 }

  /* No answer, a new socket, a reload: again from the first number without an answer. */
  :: atomic { (answered < last && cursor > answered + 1 && (hasty > 0 || (empty(up[0]) && empty(up[1]) && empty(down)))) ->
       if
       :: (hasty > 0) -> hasty--
       :: else
       fi;
#ifdef RENUMBER
       if
       :: (settled[1] != open && settled[2] == open && number[2] == 2) -> number[2] = 3; last = 3
       :: else
       fi;
#endif
       cursor = answered + 1 }

  :: atomic { down?kind, q, n ->
       if
       :: (q != p) -> skip                                           /* of a producer that is no more */
       :: (q == p && kind == ack) ->
            if
            :: n > last -> n = last
            :: else
            fi;
            do
            :: (answered < n) ->
                 answered++;
                 lookUp(answered);
                 if
                 :: (messageOf == 1) -> settle(1, answered)
                 :: (messageOf == 2) -> settle(2, answered)
                 :: else
                 fi
            :: else -> break
            od;
            if
            :: cursor <= answered -> cursor = answered + 1
            :: else
            fi
       :: (q == p && kind == gap) ->
            if
            :: n >= answered -> cursor = n + 1
            :: else
            fi
       :: (q == p && kind == rolledBack && p == 0) -> restart()
       :: (q == p && kind == rolledBack && p == 1) -> assert(false)  /* one rollback, one restart */
       :: (q == p && kind == closedTo) -> skip
       fi;
       messageOf = 0 }
  od
}

/* Backups are taken at any time, and one may be restored. */
proctype World() {
  do
  :: atomic { (!hasBackup && rollbacks > 0) -> hasBackup = true; copy(store, backup) }
  :: atomic { (hasBackup && rollbacks > 0) -> rollbacks--; rolledOnce = true; copy(backup, store) }
  :: atomic { rollbacks > 0 -> rollbacks = 0 }
  :: atomic { faults > 0 -> faults-- }
  :: faults == 0 && rollbacks == 0 -> skip
  od
}

init {
  atomic {
    byte i;
    for (i : 0 .. 5) { store.verdict[i] = undecided; backup.verdict[i] = undecided }
    number[1] = 1; number[2] = 2;
    run Node(0); run Node(1); run Sender(); run World()
  }
}

#define over (faults == 0 && rollbacks == 0)
#define decided (settled[1] != open && settled[2] != open)
/* Without a rollback: first before second. Acked and gone is signalled once the sender has spoken again. */
#define ordered (!store.secondBeforeFirst || rolledOnce || settled[1] == refused || store.verdict[AT(0, 1)] == rejected)

ltl settles { (<> over -> <> [] decided) && [] ordered }
