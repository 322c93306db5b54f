/** The folders of `src/`, in the order of their imports. */
export declare const rooms: readonly string[];
