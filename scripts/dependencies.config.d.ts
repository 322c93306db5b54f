/** The folders of `src/`, in the order in which they may import from each other. */
export declare const rooms: readonly string[];
