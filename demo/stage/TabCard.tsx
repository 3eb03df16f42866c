import { useEffect, useRef } from "react";
import type { Frame } from "./useStage.ts";
import { type FrameWord, listen, tell, type PageWord } from "./word.ts";

interface TabCardProps {
  readonly frame: Frame;
  readonly visit: string;
  readonly flowing: boolean;
  readonly onWord: (word: FrameWord) => void;
  readonly onPut: (is: Frame["is"]) => void;
  readonly onReopen: () => void;
}

/** A real tab in a frame, and what can happen to it. */
export function TabCard({ frame, visit, flowing, onWord, onPut, onReopen }: TabCardProps) {
  const { name, boot, is, isLeader } = frame;
  const element = useRef<HTMLIFrameElement>(null);
  const say = (word: PageWord) => tell(element.current?.contentWindow ?? null, word);

  const sayFlow = () => say(flowing ? "speak" : "pause");

  useEffect(() =>
    listen<FrameWord>(
      () => element.current?.contentWindow ?? null,
      (word) => {
        // Its first word: it listens now.
        if (word.says === "state") sayFlow();
        onWord(word);
      },
    ),
  );
  useEffect(() => {
    tell<PageWord>(element.current?.contentWindow ?? null, flowing ? "speak" : "pause");
  }, [flowing]);

  const crash = () => {
    // Without a word: its handlers do not hear that the page goes.
    element.current?.contentWindow?.addEventListener(
      "pagehide",
      (event) => event.stopImmediatePropagation(),
      {
        capture: true,
      },
    );
    onPut("gone");
  };
  const freeze = () => {
    say(is === "frozen" ? "resume" : "freeze");
    onPut(is === "frozen" ? "open" : "frozen");
  };

  return (
    <li className="tab-card" data-tab={name} data-is={is} data-leader={isLeader}>
      <header>
        <h3>
          Tab {name}
          {isLeader && <Crown />}
        </h3>
        <p>{is === "gone" ? "gone" : isLeader ? "holds the socket" : "speaks through the leader"}</p>
      </header>
      {is === "gone" ? (
        <button type="button" className="tab-gone" onClick={onReopen}>
          Open tab {name} again
        </button>
      ) : (
        <iframe
          ref={element}
          key={boot}
          title={`Tab ${name}`}
          src={`./tab.html?visit=${visit}&name=${name}.${boot}`}
        />
      )}
      <div className="tab-strikes">
        <button type="button" className="quiet-button" disabled={is === "gone"} onClick={() => onPut("gone")}>
          Close
        </button>
        <button
          type="button"
          className="quiet-button"
          data-strike="crash"
          disabled={is === "gone"}
          onClick={crash}
        >
          Crash
        </button>
        <button type="button" className="quiet-button" disabled={is === "gone"} onClick={freeze}>
          {is === "frozen" ? "Wake" : "Freeze"}
        </button>
      </div>
    </li>
  );
}

function Crown() {
  return (
    <svg className="crown" viewBox="0 0 20 16" role="img" aria-label="leader">
      <path d="M1 3.5 5.5 8 10 1l4.5 7L19 3.5 17 15H3Z" />
    </svg>
  );
}
