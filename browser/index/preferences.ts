/** Choices of the reader. The browser keeps them. If it does not allow that, they are lost after a reload. */
export interface Preferences {
  /** Whether keys without Ctrl are shortcuts: `/`, `?`, `C` and `O`. People who speak to their computer turn them off (WCAG 2.1.4). */
  readonly hasShortcuts: () => boolean;
  readonly setShortcuts: (isOn: boolean) => void;
}

const name = 'upload-to-workspace.shortcuts';

export function createPreferences(): Preferences {
  let isOn = stored() !== 'off';
  return {
    hasShortcuts: () => isOn,
    setShortcuts: (next) => {
      isOn = next;
      try {
        if (isOn) localStorage.removeItem(name);
        else localStorage.setItem(name, 'off');
      } catch {
        // This window may not store anything.
      }
    },
  };
}

function stored(): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
