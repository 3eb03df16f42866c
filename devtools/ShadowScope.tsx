"use client";
import * as React from "react";
import { createPortal } from "react-dom";
import { styles } from "./styles.ts";

export type Theme = "light" | "dark" | "system";

interface ShadowScopeProps {
  readonly theme: Theme;
  /** It lies over the page now: `data-open`, so that the page may make room. */
  readonly isOpen?: boolean;
  /** Fills the element it stands in, instead of lying over the page. */
  readonly fill?: boolean;
  readonly children: React.ReactNode;
}

/** A sheet that a strict Content-Security-Policy allows, or an element where there is none. */
const dress = (root: ShadowRoot): void => {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const element = root.ownerDocument.createElement("style");
    element.textContent = styles;
    root.prepend(element);
  }
};

const openRoot = (host: HTMLElement): ShadowRoot => {
  if (host.shadowRoot) return host.shadowRoot;
  const root = host.attachShadow({ mode: "open" });
  dress(root);
  return root;
};

/** A root of its own: the page's styles do not reach in, these do not reach out. Nothing in a server render. */
export function ShadowScope({ theme, isOpen, fill, children }: ShadowScopeProps): React.ReactNode {
  const [root, setRoot] = React.useState<ShadowRoot | null>(null);
  const host = React.useCallback((element: HTMLElement | null) => {
    if (element) setRoot(openRoot(element));
  }, []);
  return (
    <div
      ref={host}
      data-resilient-socket-devtools=""
      data-theme={theme}
      data-open={isOpen}
      style={fill ? { display: "block", height: "100%" } : undefined}
    >
      {root &&
        createPortal(
          <div className="scope" style={fill ? { height: "100%" } : undefined}>
            {children}
          </div>,
          root,
        )}
    </div>
  );
}
