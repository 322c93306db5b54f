import{checkNode as i}from"./node.js";i()&&await(await(import("./index.js"))).links();
