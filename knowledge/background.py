"""Everyday sentences in both languages: what a query is like, and how near it comes to what it is not about.

They make scores comparable between languages: embedding models set questions of one language at a distance from
passages of another that has nothing to do with their meaning. All are our own and about nothing in particular.
"""

from __future__ import annotations

from knowledge.passage import Bilingual

QUESTIONS: tuple[Bilingual, ...] = (
    Bilingual(zh="这里最出名的是什么？", en="What is this place best known for?"),
    Bilingual(zh="这件事是哪一年发生的？", en="In what year did it happen?"),
    Bilingual(zh="是谁写的这本书？", en="Who wrote the book?"),
    Bilingual(zh="这座城市有多少人口？", en="How many people live in the city?"),
    Bilingual(zh="为什么价格涨了这么多？", en="Why did prices rise so much?"),
    Bilingual(zh="这种药对老人有什么作用？", en="What does the medicine do for older people?"),
    Bilingual(zh="比赛最后的比分是多少？", en="What was the final score of the match?"),
    Bilingual(zh="哪家公司先做出了这个产品？", en="Which company made the product first?"),
    Bilingual(zh="我该换一份工作吗？", en="Should I change my job?"),
    Bilingual(zh="孩子在哪里上学比较好？", en="Where would the children be better off at school?"),
    Bilingual(zh="这条河流经哪些地区？", en="Which regions does the river run through?"),
    Bilingual(zh="法律对这种情况怎么规定？", en="What does the law say about such a case?"),
    Bilingual(zh="他们用什么办法解决了问题？", en="How did they solve the problem?"),
    Bilingual(zh="这个词最早是什么意思？", en="What did the word mean at first?"),
    Bilingual(zh="房租大概要花多少钱？", en="Roughly how much does rent cost?"),
    Bilingual(zh="科学家发现了什么？", en="What did the scientists find?"),
    Bilingual(zh="这支军队由谁指挥？", en="Who was in command of the army?"),
    Bilingual(zh="植物怎样得到养分？", en="How do plants get what they feed on?"),
    Bilingual(zh="两种做法有什么区别？", en="What is the difference between the two methods?"),
    Bilingual(zh="哪一种材料更轻？", en="Which material is lighter?"),
    Bilingual(zh="政府为此拿出了多少钱？", en="How much money did the government put into it?"),
    Bilingual(zh="年轻人为什么离开家乡？", en="Why do young people leave their home town?"),
    Bilingual(zh="这座教堂是什么时候建成的？", en="When was the church finished?"),
    Bilingual(zh="去那里坐火车要多久？", en="How long does the train take to get there?"),
    Bilingual(zh="会议在哪个城市举行？", en="In which city was the meeting held?"),
    Bilingual(zh="这部电影讲了什么故事？", en="What is the film about?"),
    Bilingual(zh="哪些因素会影响结果？", en="Which factors affect the result?"),
    Bilingual(zh="谁是这个国家的第一任总统？", en="Who was the first president of the country?"),
    Bilingual(zh="这项技术有什么缺点？", en="What are the drawbacks of the technology?"),
    Bilingual(zh="在大城市生活值得吗？", en="Is life in a big city worth it?"),
    Bilingual(zh="这个数字是从哪里来的？", en="Where does this figure come from?"),
    Bilingual(zh="他的父母做什么工作？", en="What did his parents do for a living?"),
)

STATEMENTS: tuple[Bilingual, ...] = (
    Bilingual(
        zh="这座港口建于上个世纪，如今每年有上千艘货船停靠。",
        en="The harbour was built in the last century, and more than a thousand cargo ships now call there every year.",
    ),
    Bilingual(
        zh="球队下半场换上两名前锋，最后以一球取胜。",
        en="The team sent on two strikers after the break and won by a single goal.",
    ),
    Bilingual(
        zh="新法规定，雇主必须在月底之前付清工资。",
        en="Under the new act an employer has to pay wages in full before the end of the month.",
    ),
    Bilingual(
        zh="这种鸟在北方繁殖，秋天飞往南方过冬。",
        en="The bird breeds in the north and flies south in autumn to spend the winter there.",
    ),
    Bilingual(
        zh="调查显示，超过四成的家庭把收入的三分之一用于住房。",
        en="According to the survey, more than four in ten households spend a third of their income on housing.",
    ),
    Bilingual(
        zh="国王死后，他的两个儿子为王位打了七年仗。",
        en="After the king died his two sons fought over the throne for seven years.",
    ),
    Bilingual(
        zh="水在高山上不到一百度就会沸腾，因为那里气压较低。",
        en="High in the mountains water boils below a hundred degrees, because the air pressure there is lower.",
    ),
    Bilingual(
        zh="她在大学学的是化学，毕业后却成了一名记者。",
        en="She studied chemistry at university but became a journalist after she graduated.",
    ),
    Bilingual(
        zh="公司去年把总部迁到郊区，租金因此省下一半。",
        en="The company moved its head office to the suburbs last year and halved its rent by doing so.",
    ),
    Bilingual(
        zh="医生建议病人每天走路半小时，少吃盐和油。",
        en="Doctors advise the patients to walk for half an hour a day and to eat less salt and fat.",
    ),
    Bilingual(
        zh="这部小说讲述三代人在一个渔村里的生活。",
        en="The novel tells of three generations of a family in a fishing village.",
    ),
    Bilingual(
        zh="新铁路通车以后，两地之间的路程缩短到两个小时。",
        en="Since the new railway opened the journey between the two places has come down to two hours.",
    ),
    Bilingual(
        zh="委员会由九名委员组成，每四年选举一次。",
        en="The committee has nine members and is elected every four years.",
    ),
    Bilingual(
        zh="当地人用竹子造房子，因为竹子又轻又结实。",
        en="People there build their houses of bamboo, since it is both light and strong.",
    ),
    Bilingual(
        zh="这款软件可以在手机上使用，下载次数已经超过一百万。",
        en="The software runs on a phone and has been downloaded more than a million times.",
    ),
    Bilingual(
        zh="许多老师认为，班级人数太多会影响学生的成绩。",
        en="Many teachers think that pupils do worse when classes are too large.",
    ),
    Bilingual(
        zh="地震毁掉了半座城，重建花了将近二十年。",
        en="The earthquake destroyed half the city, and rebuilding it took almost twenty years.",
    ),
    Bilingual(
        zh="这位画家早年生活贫困，作品在死后才受到重视。",
        en="The painter was poor when he was young, and his work was valued only after his death.",
    ),
    Bilingual(
        zh="专家们对这个结论看法不一，有人认为样本太小。",
        en="Experts disagree about the finding; some hold that the sample was too small.",
    ),
    Bilingual(
        zh="工厂关闭以后，镇上一半的年轻人到外地找工作。",
        en="When the factory closed, half the young people of the town left to look for work elsewhere.",
    ),
    Bilingual(
        zh="光从太阳到地球大约需要八分钟。",
        en="Light takes about eight minutes to get from the sun to the earth.",
    ),
    Bilingual(
        zh="节日那天，人们穿上新衣服，到河边放灯。",
        en="On the day of the festival people put on new clothes and set lanterns afloat on the river.",
    ),
    Bilingual(
        zh="银行降低了利率，希望企业多借钱、多投资。",
        en="The bank cut its interest rate in the hope that firms would borrow and invest more.",
    ),
    Bilingual(
        zh="这座岛的面积不大，却有三种不同的气候。",
        en="The island is small and yet has three different climates.",
    ),
)
