import{checkNode as a}from"./node.js";a()&&await(await(import("./index.js"))).upload();
